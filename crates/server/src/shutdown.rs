//! Shutdown by signals: the first waits for running requests, the second exits at once.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The exit code of a program that Ctrl-C ended, as shells report it.
const INTERRUPTED: i32 = 130;

/// Returns a token that Ctrl-C or SIGTERM cancels.
pub(crate) fn on_signal() -> Result<CancellationToken> {
    let context = "signal handlers cannot be installed";
    let mut interrupt = signal(SignalKind::interrupt()).context(context)?;
    let mut terminate = signal(SignalKind::terminate()).context(context)?;
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        tracing::info!("stopping: waiting for running requests; repeat the signal to stop at once");
        stop.cancel();
        either(&mut interrupt, &mut terminate).await;
        // The watchdog stops a private PostgreSQL server.
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
