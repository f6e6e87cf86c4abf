//! The access token of a request.

use axum::http::{HeaderMap, header};
use outlay_domain::{Error, Result};

/// Returns the access token in the `Authorization` header.
///
/// # Errors
/// `Unauthenticated`. It matters only to operations that require a caller; signing in does not.
pub(super) fn token(headers: &HeaderMap) -> Result<&str> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = given.next() else {
        return Err(Error::Unauthenticated(
            "Nobody is signed in: send an access token as Authorization: Bearer.",
        ));
    };
    if given.next().is_some() {
        return Err(Error::Unauthenticated(
            "There are two Authorization headers; send one.",
        ));
    }
    let token = value.to_str().ok().and_then(bearer);
    token.ok_or(Error::Unauthenticated(
        "The Authorization header is not of the form Bearer and an access token.",
    ))
}

/// The token, whatever the case of the scheme (RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
