//! Answers that go on for as long as the client listens: graphql-ws over WebSocket, and graphql-sse.

mod events;
mod message;
mod operation;
mod origin;
mod reservation;
mod reserved;
mod socket;
pub(super) mod streams;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
    routing::put,
};

use self::events::wants_events;
use super::state::App;

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
