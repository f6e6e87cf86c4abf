//! Waits until a started server accepts connections.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::directory::Directory;
use crate::error::Error;
use crate::log;
use crate::postmaster::PidFile;
use crate::reaper::describe;
use crate::watchdog::Watchdog;

/// Waits until `postmaster.pid` says that the server is ready, and returns its process id.
///
/// No event signals this, so the file is polled, at first frequently, then less often. `left_behind` is the file of
/// the previous server, which remains until the new server replaces it.
pub(crate) async fn wait_until_ready(
    watchdog: &Watchdog,
    directory: &Directory,
    left_behind: Option<&PidFile>,
    timeout: Duration,
) -> Result<u32, Error> {
    let data = directory.data();
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(2);
    loop {
        tokio::select! {
            status = watchdog.reaper().ended() => return Err(Error::Start {
                status: describe(status),
                log: log::tail(&directory.log()),
            }),
            () = sleep(pause) => {}
        }
        let file = PidFile::find(&data)?.filter(|file| Some(file) != left_behind);
        if let Some(ready) = file.filter(PidFile::is_ready) {
            return Ok(ready.pid);
        }
        if Instant::now() >= deadline {
            return Err(Error::NotReady {
                seconds: timeout.as_secs(),
                log: log::tail(&directory.log()),
            });
        }
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
