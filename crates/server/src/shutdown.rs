//! Stopping: the first signal lets requests finish, the second does not.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a shell reports of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// A token that Ctrl-C or SIGTERM cancels.
pub(crate) fn on_signal() -> Result<CancellationToken> {
    let context = "signals cannot be received";
    let mut interrupt = signal(SignalKind::interrupt()).context(context)?;
    let mut terminate = signal(SignalKind::terminate()).context(context)?;
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        tracing::info!(
            "stopping: requests under way are finished first; once more to stop at once"
        );
        stop.cancel();
        either(&mut interrupt, &mut terminate).await;
        // A private PostgreSQL is stopped by its watchdog.
        std::process::exit(INTERRUPTED);
    });
    Ok(token)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
