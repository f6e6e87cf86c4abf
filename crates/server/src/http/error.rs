//! Errors of the HTTP layer, which are sent as GraphQL errors.

use std::{any::Any, time::Duration};

use async_graphql::{Pos, Response as GraphqlResponse, ServerError, Value};
use axum::{
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use outlay_domain::{Error, ErrorCode};
use outlay_graphql::{RETRY_AFTER, whole_seconds};

use super::media::MediaType;

/// The reason why a request is rejected before it is executed.
#[derive(Debug)]
pub(super) struct Rejection {
    /// The status code. If `None`, the request is well-formed HTTP and the media type determines the status.
    pub(super) status: Option<StatusCode>,
    pub(super) error: Box<ServerError>,
    /// An additional header, such as `Retry-After` or `Allow`.
    header: Option<(HeaderName, HeaderValue)>,
}

impl Rejection {
    /// A rejection with its own status code.
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

    /// The request exceeded the time limit.
    pub(super) fn too_slow(limit: Duration) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::LimitExceeded,
            format!(
                "The request exceeded the time limit of {} s.",
                limit.as_secs_f32()
            ),
        )
    }

    /// The caller exceeded a rate limit.
    pub(super) fn rate_limited(message: impl Into<String>, wait: Duration) -> Self {
        let mut rejection = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RateLimited,
            message,
        );
        // Repeat it in the body: elements of a batch, WebSocket messages and events have no headers.
        let extensions = rejection.error.extensions.get_or_insert_default();
        extensions.set(RETRY_AFTER, whole_seconds(wait));
        rejection.with_header(header::RETRY_AFTER, seconds(wait))
    }

    /// The request is malformed.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Invalid, message)
    }

    /// The request is larger than the limit.
    pub(super) fn too_large(limit: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::LimitExceeded,
            format!("The request is too large. The limit is {limit} bytes."),
        )
    }

    pub(super) fn respond(self, media: MediaType) -> Response {
        let (status, header) = (self.status, self.header.clone());
        let mut response = media.respond(status, &self.into_graphql());
        response.headers_mut().extend(header);
        response
    }

    /// The GraphQL response, for transports that have no status code for each response.
    pub(super) fn into_graphql(self) -> GraphqlResponse {
        GraphqlResponse::from_errors(vec![*self.error])
    }
}

/// The value of `Retry-After` if fields of an executed operation were rate limited.
pub(super) fn retry_after(response: &GraphqlResponse) -> Option<HeaderValue> {
    let waits = response.errors.iter().filter_map(|error| {
        match error.extensions.as_ref()?.get(RETRY_AFTER)? {
            Value::Number(seconds) => seconds.as_u64(),
            _ => None,
        }
    });
    waits.max().map(HeaderValue::from)
}

impl From<Error> for Rejection {
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

/// The response of routes without content negotiation.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.respond(MediaType::Json)
    }
}

pub(super) async fn page_not_found() -> Rejection {
    Rejection::new(
        StatusCode::NOT_FOUND,
        ErrorCode::NotFound,
        "Page not found. The GraphQL endpoint is /graphql.",
    )
}

pub(super) async fn method_not_allowed(method: Method) -> Response {
    let message = format!("The method {method} is not allowed here.");
    let rejection = Rejection::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::Invalid, message);
    rejection.into_response()
}

/// Turns a panic into an internal error of one request. Other requests are not affected.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature is tower-http's"
)]
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let error = Error::internal(format!("panic: {}", message.unwrap_or("unknown payload")));
    Rejection::from(error).into_response()
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
        let response = router.oneshot(request).await.expect("a response");
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await;
        let body: serde_json::Value = serde_json::from_slice(&body.expect("a body")).expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(!body.to_string().contains("secret"));
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        assert_eq!(super::seconds(Duration::from_millis(1)), "1");
        assert_eq!(super::seconds(Duration::from_secs(2)), "2");
    }
}
