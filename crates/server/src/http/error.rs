//! Refusals of the HTTP layer, in the form that GraphQL clients read.

use std::{any::Any, time::Duration};

use async_graphql::{Pos, Response as GraphqlResponse, ServerError, Value};
use axum::{
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use outlay_domain::{Error, ErrorCode};
use outlay_graphql::{RETRY_AFTER, whole_seconds};

use super::media::MediaType;

/// A request that is not executed.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The status; for what is right HTTP and wrong GraphQL, none: then the media type decides.
    pub(super) status: Option<StatusCode>,
    pub(super) error: Box<ServerError>,
    /// What the client should know beside it: when to come again, how else to ask.
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// HTTP that cannot be right.
    pub(super) fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            error: Box::new(outlay_graphql::refusal(code, message)),
            header: None,
        }
    }

    pub(super) fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self {
            header: Some((name, value)),
            ..self
        }
    }

    /// A request that takes longer than this server allows.
    pub(super) fn too_slow(limit: Duration) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::LimitExceeded,
            format!("The request took longer than {} s.", limit.as_secs_f32()),
        )
    }

    /// More than a client may ask for now.
    pub(super) fn rate_limited(message: impl Into<String>, wait: Duration) -> Self {
        let mut refusal = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RateLimited,
            message,
        );
        // In the body too: a batch, a WebSocket and an event stream have no headers of their own.
        let extensions = refusal.error.extensions.get_or_insert_default();
        extensions.set(RETRY_AFTER, whole_seconds(wait));
        refusal.with_header(header::RETRY_AFTER, seconds(wait))
    }

    /// A client's mistake.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message)
    }

    /// A request that is more than this server takes.
    pub(super) fn too_large(limit: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::LimitExceeded,
            format!("The request is too large: {limit} bytes at most."),
        )
    }

    pub(super) fn respond(self, media: MediaType) -> Response {
        let (status, header) = (self.status, self.header.clone());
        let mut response = media.respond(status, &self.into_answer());
        response.headers_mut().extend(header);
        response
    }

    /// The answer of one request in a batch, where a status of its own has no place.
    pub(super) fn into_answer(self) -> GraphqlResponse {
        GraphqlResponse::from_errors(vec![*self.error])
    }
}

/// When to try again, where an executed operation was rate limited.
pub(super) fn retry_after(answer: &GraphqlResponse) -> Option<HeaderValue> {
    let waits = answer.errors.iter().filter_map(|error| {
        match error.extensions.as_ref()?.get(RETRY_AFTER)? {
            Value::Number(seconds) => seconds.as_u64(),
            _ => None,
        }
    });
    waits.max().map(HeaderValue::from)
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match error.code() {
            ErrorCode::Internal => Some(StatusCode::INTERNAL_SERVER_ERROR),
            _ => None,
        };
        let mut error = outlay_graphql::problem(&error).into_server_error(Pos::default());
        error.locations.clear();
        Self {
            status,
            error: Box::new(error),
            header: None,
        }
    }
}

/// For pages that are not GraphQL's.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.respond(MediaType::Json)
    }
}

pub(super) async fn no_such_page() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        ErrorCode::NotFound,
        "There is no such page; GraphQL is at /graphql.",
    )
}

pub(super) async fn no_such_method(method: Method) -> Response {
    let message = format!("{method} is not answered here.");
    let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Invalid, message);
    refusal.into_response()
}

/// A mistake of ours in one request, which the others do not notice.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is tower-http's"
)]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let error = Error::internal(format!("panic: {}", message.unwrap_or("of no known kind")));
    Refusal::from(error).into_response()
}

/// The value of `Retry-After`, in whole seconds rounded up (RFC 9110, section 10.2.3).
fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(whole_seconds(wait))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{Router, body::Body, http::Request, routing::get};
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_of_one_request() {
        let broken = get(async || -> &'static str { panic!("a secret") });
        let router = Router::new()
            .route("/", broken)
            .layer(CatchPanicLayer::custom(super::panicked));
        let request = Request::new(Body::empty());
        let response = router.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let body: serde_json::Value = serde_json::from_slice(&body.expect("a body")).expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(!body.to_string().contains("secret"));
    }

    #[test]
    fn a_part_of_a_second_is_waited_for() {
        assert_eq!(super::seconds(Duration::from_millis(1)), "1");
        assert_eq!(super::seconds(Duration::from_secs(2)), "2");
    }
}
