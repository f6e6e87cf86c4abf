//! Determines the organization of a request: host, header and token must name the same one.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, StatusCode, header, request::Parts, uri::Authority};
use outlay_domain::{Error, ErrorCode, Outlay, identity::Caller};
use outlay_tenancy::{TenancyError, Tenant, TenantAccess};

use super::{auth, error::Rejection, state::App};

/// The header that names an organization by its slug.
pub(super) const ORGANIZATION: &str = "x-organization";

/// The caller of a request, and the organization it is for.
pub(super) struct Identity {
    /// The user that the token authenticates.
    pub(super) caller: Result<Caller, Error>,
    /// The user of a token whose session has ended.
    pub(super) ended: Option<Caller>,
    /// Proof that the caller is a member of the organization.
    pub(super) access: Result<TenantAccess, Error>,
    /// The organization that the host or the header names.
    pub(super) named: Option<Arc<Tenant>>,
}

/// Identifies the caller and the organization.
///
/// Invariant: there is no default organization. A request is rejected if its host is unknown, or if two sources name
/// different organizations.
pub(super) async fn identify(app: &App, parts: &Parts) -> Result<Identity, Rejection> {
    let outlay = app.outlay();
    let by_host = by_host(app, parts).await?;
    let bearer = auth::bearer(&parts.headers);
    let given = bearer.as_ref().ok().cloned();
    let caller = bearer.and_then(|bearer| outlay.authenticate(bearer.token()));
    let ended = given.filter(|_| caller.is_err());
    let ended = ended.and_then(|bearer| outlay.bearer(bearer.token()).ok());
    let claimed = caller
        .as_ref()
        .ok()
        .and_then(|caller| caller.organization_id);
    let by_header = match by_header(outlay, &parts.headers).await? {
        Some(Err(_)) if claimed.is_some() => return Err(Error::TenantMismatch.into()),
        found => found.transpose().map_err(Rejection::from)?,
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

/// Looks up the caller's current membership of the organization in the token.
async fn access(
    outlay: &Outlay,
    caller: &Result<Caller, Error>,
) -> Result<Result<TenantAccess, Error>, Rejection> {
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

/// The organization of the host name in the request; `None` for a host name of the server itself.
pub(super) async fn by_host(app: &App, parts: &Parts) -> Result<Option<Arc<Tenant>>, Rejection> {
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
        Rejection::new(
            StatusCode::NOT_FOUND,
            ErrorCode::NotFound,
            "No organization has this host name.",
        )
    };
    found.map_err(Error::from)?.map(Some).ok_or_else(unknown)
}

/// The kind of a host name.
#[derive(Debug, PartialEq, Eq)]
enum Label<'a> {
    /// A name of the server, which belongs to no organization.
    Own,
    /// The slug of an organization, under the base domain.
    Slug(&'a str),
    /// Any other name, which an organization may have registered.
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

/// The host name of a request, in lower case, without port and trailing dot; `None` if the client sends none.
fn host(parts: &Parts) -> Result<Option<String>, Rejection> {
    let mut headers = parts.headers.get_all(header::HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return Err(Rejection::invalid(
            "The Host header is given twice. Send it once.",
        ));
    }
    // HTTP/2 sends it as part of the request target.
    let authority = match (parts.uri.authority(), header) {
        (Some(authority), _) => Some(authority.clone()),
        (None, Some(value)) if value.is_empty() => None,
        (None, Some(value)) => {
            let authority = Authority::try_from(value.as_bytes());
            Some(
                authority
                    .map_err(|_| Rejection::invalid("The Host header is not a valid host name."))?,
            )
        }
        (None, None) => None,
    };
    Ok(authority.map(|authority| {
        let host = authority.host().to_ascii_lowercase();
        host.strip_suffix('.').map_or(host.clone(), str::to_owned)
    }))
}

/// The organization that the header names, or `NotFound` if there is none of this slug.
async fn by_header(
    outlay: &Outlay,
    headers: &HeaderMap,
) -> Result<Option<Result<Arc<Tenant>, Error>>, Rejection> {
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
    fn the_names_of_the_server_belong_to_no_organization() {
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
    fn any_other_name_may_be_registered_by_an_organization() {
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
