//! The public keys of access tokens (RFC 7517), for services that verify tokens themselves.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::state::App;

pub(super) async fn show(State(app): State<App>) -> Response {
    let keys = Json(app.outlay().keys().jwks());
    ([(header::CACHE_CONTROL, "public, max-age=300")], keys).into_response()
}
