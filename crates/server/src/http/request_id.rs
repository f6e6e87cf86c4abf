//! The id of a request, which appears in its log lines, its audit events and its response.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header in which a proxy sends the id and the response returns it.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The maximum length of an id from a proxy.
const MAX_LENGTH: usize = 100;

/// Letters, digits and `-_.:`, which are safe in any log.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) Arc<str>);

impl RequestId {
    /// Returns the id in the headers if it is valid, else a new one.
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
        match given.filter(|id| is_valid(id)) {
            Some(id) => Self(id.into()),
            None => Self(Uuid::now_v7().simple().to_string().into()),
        }
    }

    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn is_valid(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_id_that_could_forge_a_log_line_is_invalid() {
        assert!(super::is_valid("01990b2e-7d1c.a_b:1"));
        for id in ["", "two words", "a\"b", "a=b", &"x".repeat(101)] {
            assert!(!super::is_valid(id), "{id:?}");
        }
    }
}
