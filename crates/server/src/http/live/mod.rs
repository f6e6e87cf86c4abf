//! Streaming transports: graphql-ws over WebSocket, and graphql-sse.

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

/// Handles requests to `/graphql` for a streaming transport, and passes on all others.
pub(super) async fn negotiate(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if wants_socket(request.method(), headers) {
        return socket::upgrade(app, request).await;
    }
    if request.method() == Method::POST && wants_events(headers) {
        return events::respond(app, request).await;
    }
    next.run(request).await
}

/// The routes of graphql-sse in single connection mode.
pub(super) fn routes() -> Router<App> {
    let stream = put(reservation::reserve)
        .get(reservation::open)
        .post(reservation::execute)
        .delete(reservation::complete);
    Router::new().route("/graphql/stream", stream)
}

fn wants_socket(method: &Method, headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE);
    method == Method::GET
        && upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}
