//! Errors as clients see them: what a person can mend is in the payload, the rest in `errors` with a code.

use std::time::Duration;

use async_graphql::{Enum, ErrorExtensionValues, ErrorExtensions, ServerError, SimpleObject};
use outlay_domain::{Error, entity::NotRead};

use crate::directive::list_size;

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
    /// No document of this hash is known here: send it again with its text.
    PersistedQueryNotFound,
    /// Something failed on the server's side; the log has the cause under the request id.
    Internal,
}

/// The most errors in one payload. An input with more wrong fields is told of the others once these are fixed.
pub(crate) const MAX_USER_ERRORS: i32 = 10;

/// Something in the input that a person can fix.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(directive = list_size::apply(MAX_USER_ERRORS))]
pub struct UserError {
    /// What kind of error it is.
    code: ErrorCode,
    /// The field of the input that it is about, as a path such as `amount.currencyCode`.
    field: Option<String>,
    /// What is wrong and what would be right, for people.
    message: String,
}

impl From<&Error> for UserError {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().into(),
            field: error.field().map(str::to_owned),
            message: error.to_string(),
        }
    }
}

/// What a nullable field answers: a value, null, or an error that makes this field null and no other.
///
/// Inside out for that reason: async-graphql lets the error of a `Result<Option<_>>` make the parent null too, and so
/// the whole answer, with what other fields have read or already written.
pub(crate) type Answer<T> = Option<async_graphql::Result<T>>;

/// The result of a field that is not null.
pub(crate) type Field<T> = async_graphql::Result<T>;

/// Answers a query's field: with what was found, which may be nothing.
pub(crate) fn found<T>(result: Result<impl Into<Option<T>>, Error>) -> Answer<T> {
    let found = result.map(Into::into).transpose()?;
    Some(found.map_err(|error| problem(&error)))
}

/// The answer of a mutation's field: a payload of what was done or what to fix, or an error of the whole field.
pub(crate) fn answer<T, P>(
    result: Result<T, Error>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Answer<P> {
    found(settle(result, payload, is_fixable))
}

/// The same for a mutation that takes credentials: wrong credentials, or a user who is not a member of the organization,
/// are fixed by other ones.
pub(crate) fn answer_sign_in<T, P>(
    result: Result<T, Error>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Answer<P> {
    let fixable = |error: &Error| {
        matches!(error, Error::Unauthenticated(_) | Error::NotFound { .. }) || is_fixable(error)
    };
    found(settle(result, payload, fixable))
}

/// Puts into the payload what a person can fix.
fn settle<T, P>(
    result: Result<T, Error>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
    is_fixable: impl FnOnce(&Error) -> bool,
) -> Result<P, Error> {
    match result {
        Ok(value) => Ok(payload(Some(value), Vec::new())),
        Err(error) if is_fixable(&error) => Ok(payload(None, vec![UserError::from(&error)])),
        Err(error) => Err(error),
    }
}

/// Whether a person can fix it by another input.
pub(crate) fn is_fixable(error: &Error) -> bool {
    match error {
        Error::NotFound { field, .. } => field.is_some(),
        Error::Conflict { .. } | Error::Invalid { .. } | Error::LimitExceeded { .. } => true,
        Error::Unauthenticated(_)
        | Error::Forbidden(_)
        | Error::TenantRequired
        | Error::TenantMismatch
        | Error::TenantSuspended
        | Error::RateLimited { .. }
        | Error::Internal(_) => false,
    }
}

/// Why a request is not executed, with its code; it has no place in the document.
pub fn refusal(code: outlay_domain::ErrorCode, message: impl Into<String>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    let mut error = ServerError::new(message, None);
    error.extensions = Some(extensions);
    error
}

/// The extension of a `RATE_LIMITED` error that says in how many seconds to try again.
pub const RETRY_AFTER: &str = "retryAfter";

/// A time to wait in whole seconds, rounded up.
#[must_use]
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// A column was used that was not selected: an error of ours.
pub(crate) fn unread(error: &NotRead) -> async_graphql::Error {
    problem(&Error::internal(*error))
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
        if let Some(wait) = error.retry_after() {
            extensions.set(RETRY_AFTER, whole_seconds(wait));
        }
    })
}
