//! No request takes longer than the operator allows: what it had begun is rolled back.

use super::{error::Refusal, state::App};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = app.settings().request_timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::too_slow(limit).into_response(),
    }
}
