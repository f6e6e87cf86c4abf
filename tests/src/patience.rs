//! Polls for conditions with a deadline, without fixed sleeps.

use std::time::{Duration, Instant};

/// The time limit for changes by another server process. The server guarantees one second; the second one is a margin
/// for a busy machine.
const PROMISE: Duration = Duration::from_secs(2);

/// Polls until the condition holds.
///
/// # Panics
/// If it does not hold within `deadline`.
pub async fn within(deadline: Duration, what: &str, condition: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(
            start.elapsed() < deadline,
            "{what}: not within {deadline:?}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Polls until a change is visible on another server process.
pub async fn soon(what: &str, condition: impl AsyncFn() -> bool) {
    within(PROMISE, what, condition).await;
}
