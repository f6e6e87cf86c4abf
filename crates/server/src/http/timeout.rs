//! No request takes longer than the operator allows: what it had begun is rolled back.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use outlay_domain::ErrorCode;

use super::error::Refusal;
use crate::server::App;

pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = app.settings().request_timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::LimitExceeded,
            format!("The request took longer than {} s.", limit.as_secs_f32()),
        )
        .into_response(),
    }
}
