//! Errors as clients see them: what a person can mend is in the payload, the rest in `errors` with a code.

use async_graphql::{Enum, ErrorExtensions, SimpleObject};
use outlay_domain::Error;

/// What went wrong, as a program can tell it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "outlay_domain::ErrorCode")]
pub enum ErrorCode {
    /// Nobody is signed in, or the credentials are wrong or have ended.
    Unauthenticated,
    /// The caller's role does not allow it.
    Forbidden,
    /// No such thing, or none that the caller may know of.
    NotFound,
    /// Something else happened first: a stale version, a name that is taken, a decision already made.
    Conflict,
    /// A field of the input is wrong; `field` names it.
    Invalid,
    /// The session is bound to no organization.
    TenantRequired,
    /// Token, host and header name different organizations.
    TenantMismatch,
    /// The organization is suspended.
    TenantSuspended,
    /// Too many requests; try again later.
    RateLimited,
    /// A limit of the organization or of the server stands in the way.
    LimitExceeded,
    /// Something failed on the server's side; the log has the cause under the request id.
    Internal,
}

/// Something in the input that a person can mend.
#[derive(SimpleObject, Debug, Clone)]
pub struct UserError {
    /// What kind of error it is.
    code: ErrorCode,
    /// The field of the input that it is about, as a path such as `amount.currencyCode`.
    field: Option<String>,
    /// What is wrong and what would be right, for people.
    message: String,
}

/// Splits the outcome of a mutation: a result, errors for the payload, or an error of the whole field.
pub(crate) fn outcome<T>(
    result: Result<T, Error>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    split(result, is_mendable)
}

/// The same for a mutation that takes credentials: wrong ones, or a user who is no member where they ask to be let
/// in, are mended by other ones.
pub(crate) fn outcome_of_sign_in<T>(
    result: Result<T, Error>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    split(result, |error| {
        matches!(error, Error::Unauthenticated(_) | Error::NotFound { .. }) || is_mendable(error)
    })
}

fn split<T>(
    result: Result<T, Error>,
    is_mendable: impl Fn(&Error) -> bool,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(error) if is_mendable(&error) => {
            let error = UserError {
                code: error.code().into(),
                field: error.field().map(str::to_owned),
                message: error.to_string(),
            };
            Ok((None, vec![error]))
        }
        Err(error) => Err(problem(&error)),
    }
}

/// Whether a person can mend it by another input.
fn is_mendable(error: &Error) -> bool {
    match error {
        Error::NotFound { field, .. } => field.is_some(),
        Error::Conflict { .. } | Error::Invalid { .. } | Error::LimitExceeded { .. } => true,
        Error::Unauthenticated(_)
        | Error::Forbidden(_)
        | Error::TenantRequired
        | Error::TenantMismatch
        | Error::TenantSuspended
        | Error::Internal(_) => false,
    }
}

/// An error of the domain as one of GraphQL. The cause of an internal one goes to the log and nowhere else.
#[must_use]
pub fn problem(error: &Error) -> async_graphql::Error {
    if let Error::Internal(cause) = error {
        tracing::error!(cause = format!("{cause:?}"), "a request failed");
    }
    let field = error.field().map(str::to_owned);
    async_graphql::Error::new(error.to_string()).extend_with(|_, extensions| {
        extensions.set("code", error.code().as_str());
        if let Some(field) = &field {
            extensions.set("field", field.as_str());
        }
    })
}
