//! Waiting for what comes true by itself, with a deadline and without fixed sleeps.

use std::time::{Duration, Instant};

/// What the server promises of changes made by another process is a second; the other one is for a busy machine.
const PROMISE: Duration = Duration::from_secs(2);

/// Looks until the condition holds.
///
/// # Panics
/// When it does not within `deadline`.
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

/// The same for what other server processes learn of a change.
pub async fn soon(what: &str, condition: impl AsyncFn() -> bool) {
    within(PROMISE, what, condition).await;
}
