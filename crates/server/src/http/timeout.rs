//! Limits the duration of a request. Its open transaction is rolled back when it is cancelled.

use super::{error::Rejection, state::App};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = app.settings().request_timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Rejection::too_slow(limit).into_response(),
    }
}
