//! The access token of a request.

use axum::http::{HeaderMap, header};
use headers::{Authorization, HeaderMapExt, authorization::Bearer};
use outlay_domain::{Error, Result};

/// Returns the access token in the `Authorization` header.
///
/// # Errors
/// `Unauthenticated`. It matters only to operations that require a caller; signing in does not.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Authorization<Bearer>> {
    // The typed header would ignore all but the first.
    if headers.get_all(header::AUTHORIZATION).iter().count() > 1 {
        return Err(Error::Unauthenticated(
            "The Authorization header is given twice. Send it once.",
        ));
    }
    match headers.typed_try_get() {
        Ok(Some(token)) => Ok(token),
        Ok(None) => Err(Error::Unauthenticated(
            "Authentication is required. Send an access token as Authorization: Bearer <token>.",
        )),
        Err(_) => Err(Error::Unauthenticated(
            "The Authorization header must have the form Bearer <token>.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};
    use headers::Authorization;

    #[test]
    fn the_scheme_is_case_insensitive_and_the_header_is_sent_once() {
        for (values, expected) in [
            (vec!["Bearer a.b.c"], Some("a.b.c")),
            (vec!["bearer a.b.c"], Some("a.b.c")),
            (vec!["Bearer  a.b.c"], Some("a.b.c")),
            (vec![], None),
            (vec!["Bearer"], None),
            (vec!["Basic a.b.c"], None),
            (vec!["a.b.c"], None),
            (vec!["Bearer a", "Bearer a"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in &values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            let token = super::bearer(&headers).ok();
            let token = token.as_ref().map(Authorization::token);
            assert_eq!(token, expected, "{values:?}");
        }
    }
}
