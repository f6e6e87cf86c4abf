//! Waits for a child process on a thread of its own.
//!
//! A cluster is often shared by tests that each have a tokio runtime; a task would end with the first of them.

use std::io;
use std::process::{Child, ExitStatus};
use std::thread;

use tokio::sync::watch;

/// Learns when a process has ended.
#[derive(Clone, Debug)]
pub(crate) struct Reaper(watch::Receiver<Option<ExitStatus>>);

impl Reaper {
    /// Starts to wait for `child`.
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

    /// How the process ended, once it has; `None` in the odd case that the system does not tell.
    pub(crate) async fn ended(&self) -> Option<ExitStatus> {
        let mut receiver = self.0.clone();
        receiver
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|status| *status)
    }
}

/// A status for people.
pub(crate) fn describe(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "unknown status".to_owned(), |status| status.to_string())
}
