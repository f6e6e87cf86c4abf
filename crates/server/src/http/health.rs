//! What a supervisor asks: whether the process lives, and whether it can take requests.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};

use super::state::App;

/// A database that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, app.outlay().tenancy().ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database fails");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer in time\n",
            )
        }
    }
}
