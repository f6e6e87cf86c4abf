//! Errors in the API: errors that the caller can fix are in the payload of a mutation, all others in the response's
//! `errors` with a code.

use std::time::Duration;

use async_graphql::{Enum, ErrorExtensionValues, ErrorExtensions, ServerError, SimpleObject};
use outlay_domain::{Error, entity::NotRead};

use crate::directive::list_size;

/// Kind of an error, for programs. New values may be added.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "outlay_domain::ErrorCode")]
pub enum ErrorCode {
    /// The request has no valid access token, or the credentials are wrong or have expired.
    Unauthenticated,
    /// The caller's role does not allow it.
    Forbidden,
    /// The object does not exist, or the caller is not allowed to see it.
    NotFound,
    /// The request conflicts with the current state: a stale version, a name that is taken, or a status that does not allow
    /// the change.
    Conflict,
    /// The input, the document or the request is invalid; `field` names the input field.
    Invalid,
    /// The session is bound to no organization.
    TenantRequired,
    /// The access token, the host and the header `X-Organization` name different organizations.
    TenantMismatch,
    /// The organization is suspended.
    TenantSuspended,
    /// Too many requests; retry after `extensions.retryAfter` seconds.
    RateLimited,
    /// The request exceeds a limit of the organization or the server.
    LimitExceeded,
    /// The server does not know a document with this hash: send the request again with the document.
    PersistedQueryNotFound,
    /// Internal server error. The server's log has the cause under the `X-Request-Id` of the response.
    Internal,
}

/// The maximum number of errors in one payload. Further errors of the input are reported once these are fixed.
pub(crate) const MAX_USER_ERRORS: i32 = 10;

/// An error that the caller can fix by changing the input.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(directive = list_size::apply(MAX_USER_ERRORS))]
pub struct UserError {
    /// Kind of the error.
    code: ErrorCode,
    /// Path of the input field, such as `amount.currencyCode`; `null` when the error concerns no single field.
    field: Option<String>,
    /// Message for people that describes the error and its solution. It may change; programs use `code`.
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

/// The result of a nullable field: a value, null, or an error that sets only this field to null.
///
/// It is an `Option<Result<_>>` because async-graphql propagates the error of a `Result<Option<_>>` to the parent, and so
/// discards the whole response, including the results of other fields and of mutations that are already committed.
pub(crate) type Answer<T> = Option<async_graphql::Result<T>>;

/// The result of a non-null field.
pub(crate) type Field<T> = async_graphql::Result<T>;

/// The result of a nullable field of a query.
pub(crate) fn found<T>(result: Result<impl Into<Option<T>>, Error>) -> Answer<T> {
    let found = result.map(Into::into).transpose()?;
    Some(found.map_err(|error| problem(&error)))
}

/// The result of a mutation field: a payload with the value or the errors that the caller can fix, or an error of the
/// field.
pub(crate) fn mutation_result<T, P>(
    result: Result<T, Error>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Answer<P> {
    found(into_payload(result, payload, is_fixable))
}

/// The same for a mutation that takes credentials: wrong credentials, and an organization that the user is not a member
/// of, are errors that the caller can fix.
pub(crate) fn credential_result<T, P>(
    result: Result<T, Error>,
    payload: impl FnOnce(Option<T>, Vec<UserError>) -> P,
) -> Answer<P> {
    let fixable = |error: &Error| {
        matches!(error, Error::Unauthenticated(_) | Error::NotFound { .. }) || is_fixable(error)
    };
    found(into_payload(result, payload, fixable))
}

/// Converts an error that the caller can fix into a payload.
fn into_payload<T, P>(
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

/// Whether the caller can fix the error by changing the input.
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

/// A request error with its code, without a location in the document.
pub fn refusal(code: outlay_domain::ErrorCode, message: impl Into<String>) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    let mut error = ServerError::new(message, None);
    error.extensions = Some(extensions);
    error
}

/// The extension of a `RATE_LIMITED` error with the number of seconds to wait before a retry.
pub const RETRY_AFTER: &str = "retryAfter";

/// A duration in whole seconds, rounded up.
#[must_use]
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// The internal error that a column was used but not selected.
pub(crate) fn unread(error: &NotRead) -> async_graphql::Error {
    problem(&Error::internal(*error))
}

/// Converts an error of the domain into a GraphQL error. The cause of an internal error is only written to the log.
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
