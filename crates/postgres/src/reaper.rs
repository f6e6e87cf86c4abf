//! Waits for a child process on a dedicated thread.
//!
//! Tests with separate tokio runtimes often share a cluster; a task would end with the first runtime.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;

use tokio::sync::watch;

/// Reports the end of a process.
#[derive(Clone, Debug)]
pub(crate) struct Reaper(watch::Receiver<Option<ExitStatus>>);

impl Reaper {
    /// Starts waiting for `child`.
    pub(crate) fn new(mut child: Child) -> io::Result<Self> {
        let (ended, receiver) = watch::channel(None);
        thread::Builder::new()
            .name(format!("reaper-{}", child.id()))
            .spawn(move || {
                if let Ok(status) = child.wait() {
                    ended.send_replace(Some(status));
                }
            })?;
        Ok(Self(receiver))
    }

    /// Waits until the process has ended and returns its exit status; `None` if the system did not report one.
    pub(crate) async fn ended(&self) -> Option<ExitStatus> {
        let mut receiver = self.0.clone();
        receiver
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|status| *status)
    }
}

/// Formats an exit status for a message.
pub(crate) fn describe(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "unknown status".to_owned(), |status| status.to_string())
}
