//! The number of a request, in its log lines, its audit events and its answer.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Where a proxy gives it to us, and where we give it back.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest that we take from outside.
const MAX_LENGTH: usize = 100;

/// Letters, digits and `-_.:`, so that it can stand in any log.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) Arc<str>);

impl RequestId {
    /// The one that a proxy gave, if it is sane, else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
        match given.filter(|id| is_sane(id)) {
            Some(id) => Self(id.into()),
            None => Self(Uuid::now_v7().simple().to_string().into()),
        }
    }

    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn is_sane(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_could_forge_a_log_line_is_no_request_id() {
        assert!(super::is_sane("01990b2e-7d1c.a_b:1"));
        for id in ["", "two words", "a\"b", "a=b", &"x".repeat(101)] {
            assert!(!super::is_sane(id), "{id:?}");
        }
    }
}
