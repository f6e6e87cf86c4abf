//! Which organization a request is for: host, header and token must name the same one.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, StatusCode, header, request::Parts, uri::Authority};
use outlay_domain::{Error, ErrorCode, Outlay, identity::Caller};
use outlay_tenancy::{TenancyError, Tenant, TenantAccess};

use super::{auth, error::Refusal, state::App};

/// Names an organization by its slug.
pub(super) const ORGANIZATION: &str = "x-organization";

/// Who asks, and for which organization.
pub(super) struct Identity {
    /// The bearer of the token.
    pub(super) caller: Result<Caller, Error>,
    /// The bearer of a session that has ended.
    pub(super) ended: Option<Caller>,
    /// Proof that the caller is a member of the organization.
    pub(super) access: Result<TenantAccess, Error>,
    /// The organization that host or header name.
    pub(super) named: Option<Arc<Tenant>>,
}

/// Finds out who asks.
///
/// Invariant: there is no default organization. A host that belongs to nobody is refused, and two sources that
/// disagree refuse the whole request.
pub(super) async fn identify(app: &App, parts: &Parts) -> Result<Identity, Refusal> {
    let outlay = app.outlay();
    let by_host = by_host(app, parts).await?;
    let token = auth::token(&parts.headers);
    let given = token.as_ref().ok().copied();
    let caller = token.and_then(|token| outlay.authenticate(token));
    let ended = given.filter(|_| caller.is_err());
    let ended = ended.and_then(|token| outlay.bearer(token).ok());
    let claimed = caller
        .as_ref()
        .ok()
        .and_then(|caller| caller.organization_id);
    let by_header = match by_header(outlay, &parts.headers).await? {
        Some(Err(_)) if claimed.is_some() => return Err(Error::TenantMismatch.into()),
        found => found.transpose().map_err(Refusal::from)?,
    };
    let mut names = by_host.iter().chain(&by_header).map(|tenant| tenant.id());
    let agreed = claimed.or_else(|| names.next());
    if names.any(|other| Some(other) != agreed) {
        return Err(Error::TenantMismatch.into());
    }
    let access = access(outlay, &caller).await?;
    Ok(Identity {
        caller,
        ended,
        access,
        named: by_host.or(by_header),
    })
}

/// The membership that the token claims, as it is now.
async fn access(
    outlay: &Outlay,
    caller: &Result<Caller, Error>,
) -> Result<Result<TenantAccess, Error>, Refusal> {
    let (organization, user) = match caller {
        Ok(caller) => match caller.organization_id {
            Some(organization) => (organization, caller.user_id),
            None => return Ok(Err(Error::TenantRequired)),
        },
        Err(Error::Unauthenticated(why)) => return Ok(Err(Error::Unauthenticated(why))),
        Err(other) => return Err(Error::internal(other.to_string()).into()),
    };
    match outlay
        .tenancy()
        .directory()
        .access(organization, user)
        .await
    {
        Ok(access) => Ok(Ok(access)),
        Err(TenancyError::UnknownTenant) => Ok(Err(Error::Unauthenticated(
            "You are no longer a member of this organization: sign in again.",
        ))),
        Err(TenancyError::Suspended) => Ok(Err(Error::TenantSuspended)),
        Err(error) => Err(Error::from(error).into()),
    }
}

/// The organization of the host that was called; none for the server's own names.
pub(super) async fn by_host(app: &App, parts: &Parts) -> Result<Option<Arc<Tenant>>, Refusal> {
    let Some(host) = host(parts)? else {
        return Ok(None);
    };
    let base = &app.settings().base_domain;
    let directory = app.outlay().tenancy().directory();
    let found = match label(&host, base) {
        Label::Own => return Ok(None),
        Label::Slug(slug) => directory.find_by_slug(slug).await,
        Label::Other => directory.find_by_host(&host).await,
    };
    let unknown = || {
        Refusal::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NotFound,
            "No organization has this host name.",
        )
    };
    found.map_err(Error::from)?.map(Some).ok_or_else(unknown)
}

/// What a host name is to this server.
#[derive(Debug, PartialEq, Eq)]
enum Label<'a> {
    /// One of its own: it names no organization.
    Own,
    /// An organization's, under the base domain.
    Slug(&'a str),
    /// Anybody's.
    Other,
}

fn label<'a>(host: &'a str, base: &str) -> Label<'a> {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    if host == base || host == "localhost" || address.parse::<IpAddr>().is_ok() {
        return Label::Own;
    }
    let slug = host
        .strip_suffix(base)
        .and_then(|rest| rest.strip_suffix('.'));
    match slug {
        Some(slug) if !slug.is_empty() && !slug.contains('.') => Label::Slug(slug),
        _ => Label::Other,
    }
}

/// The host that was called, in lower case, without port and final dot; none when an old client leaves it out.
fn host(parts: &Parts) -> Result<Option<String>, Refusal> {
    let mut headers = parts.headers.get_all(header::HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return Err(Refusal::invalid("There are two Host headers; send one."));
    }
    // In HTTP/2 it is part of the target.
    let authority = match (parts.uri.authority(), header) {
        (Some(authority), _) => Some(authority.clone()),
        (None, Some(value)) if value.is_empty() => None,
        (None, Some(value)) => {
            let authority = Authority::try_from(value.as_bytes());
            Some(authority.map_err(|_| Refusal::invalid("The Host header is not a host name."))?)
        }
        (None, None) => None,
    };
    Ok(authority.map(|authority| {
        let host = authority.host().to_ascii_lowercase();
        host.strip_suffix('.').map_or(host.clone(), str::to_owned)
    }))
}

/// The organization of the header, or `NotFound` when it names none.
async fn by_header(
    outlay: &Outlay,
    headers: &HeaderMap,
) -> Result<Option<Result<Arc<Tenant>, Error>>, Refusal> {
    let mut values = headers.get_all(ORGANIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.any(|other| other != value) {
        return Err(Error::TenantMismatch.into());
    }
    let found = match value.to_str() {
        Ok(slug) => outlay.tenancy().directory().find_by_slug(slug.trim()).await,
        Err(_) => Ok(None),
    };
    let unknown = Error::NotFound {
        noun: "organization",
        field: None,
    };
    Ok(Some(found.map_err(Error::from)?.ok_or(unknown)))
}

#[cfg(test)]
mod tests {
    use super::{Label, label};

    #[test]
    fn a_name_under_the_base_domain_is_an_organization() {
        assert_eq!(
            label("acme.example.com", "example.com"),
            Label::Slug("acme")
        );
        assert_eq!(label("acme.localhost", "localhost"), Label::Slug("acme"));
    }

    #[test]
    fn the_servers_own_names_are_nobodys() {
        for host in [
            "example.com",
            "localhost",
            "127.0.0.1",
            "10.1.2.3",
            "[::1]",
            "::1",
        ] {
            assert_eq!(label(host, "example.com"), Label::Own, "{host}");
        }
    }

    #[test]
    fn any_other_name_must_be_somebodys_own() {
        for host in [
            "acme.org",
            "a.b.example.com",
            "acmeexample.com",
            ".example.com",
            "acme.localhost",
        ] {
            assert_eq!(label(host, "example.com"), Label::Other, "{host}");
        }
    }
}
