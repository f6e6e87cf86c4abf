//! Health checks: liveness of the process, and readiness to take requests.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};

use super::state::App;

/// How long the database may take to respond to a ping.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PING_TIMEOUT, app.outlay().tenancy().ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database fails");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not respond\n",
            )
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not respond in time");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not respond in time\n",
            )
        }
    }
}
