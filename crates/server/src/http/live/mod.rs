//! Answers that go on for as long as the client listens: graphql-ws over WebSocket, and graphql-sse.

mod events;
mod message;
mod operation;
mod origin;
mod reservation;
mod socket;
mod streams;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
    routing::put,
};

pub use streams::LiveSettings;
pub(crate) use streams::Streams;

use super::media::accepted;
use crate::server::App;

/// Takes what asks `/graphql` for such an answer; lets the rest through.
pub(super) async fn negotiate(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if wants_socket(request.method(), headers) {
        return socket::upgrade(app, request).await;
    }
    if request.method() == Method::POST && wants_events(headers) {
        return events::answer(app, request).await;
    }
    next.run(request).await
}

/// The single connection mode of graphql-sse.
pub(super) fn routes() -> Router<App> {
    let stream = put(reservation::reserve)
        .get(reservation::listen)
        .post(reservation::execute)
        .delete(reservation::complete);
    Router::new().route("/graphql/stream", stream)
}

fn wants_socket(method: &Method, headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE);
    method == Method::GET
        && upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Whether the client would rather have events than one answer: a client that takes both has a query.
fn wants_events(headers: &HeaderMap) -> bool {
    let (mut events, mut one) = (0.0, 0.0);
    for (range, weight) in accepted(headers) {
        match range.to_ascii_lowercase().as_str() {
            "text/event-stream" => events = weight,
            "application/json" | "application/graphql-response+json" => one = weight.max(one),
            _ => {}
        }
    }
    events > one
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_client_that_takes_one_answer_gets_one() {
        for (accept, expected) in [
            ("", false),
            ("*/*", false),
            ("text/event-stream", true),
            ("Text/Event-Stream, */*", true),
            ("text/event-stream, multipart/mixed", true),
            ("application/json, text/event-stream", false),
            ("application/json;q=0.5, text/event-stream", true),
            ("text/event-stream;q=0", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(super::wants_events(&headers), expected, "{accept:?}");
        }
    }
}
