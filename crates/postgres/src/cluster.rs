//! Starts, watches and stops a private PostgreSQL.

use std::ffi::OsString;
use std::path::Path;

use crate::directory::Directory;
use crate::error::Error;
use crate::initialize::{initialize, made_by};
use crate::installation::Installation;
use crate::lock::Lock;
use crate::log;
use crate::options::Options;
use crate::owner::Owner;
use crate::postmaster::wait_for_predecessor;
use crate::ready::wait_until_ready;
use crate::reaper::describe;
use crate::runner::Runner;
use crate::socket::{PORT, SocketDir};
use crate::sweeper::Sweeper;
use crate::watchdog::Watchdog;

/// The superuser of every cluster; it needs no password.
pub const SUPERUSER: &str = "outlay";

/// The database that every cluster has from the start, owned by [`SUPERUSER`].
pub const DATABASE: &str = "outlay";

/// A running private PostgreSQL; dropping it, or the end of this process, tells the server to stop.
///
/// It belongs to no runtime: it may be shared by tests that each have their own.
#[derive(Debug)]
pub struct Cluster {
    // Dropped in this order: the server is told to stop before others may try to take the directory.
    watchdog: Watchdog,
    runner: Runner,
    _lock: Lock,
    directory: Directory,
    socket: SocketDir,
    pid: u32,
}

impl Cluster {
    /// Starts the cluster, after making it if it is not there yet.
    ///
    /// # Errors
    /// Every variant of [`Error`] but [`Error::NoHome`] and [`Error::Ended`].
    pub async fn start(options: Options) -> Result<Self, Error> {
        // First, so that a system without PostgreSQL is left without directories too.
        let newest = Installation::find()?;
        let mut directory = Directory::open(&options.place)?;
        let data = directory.data();
        let owner = Owner::of(&data)?;
        let mut socket = SocketDir::create(&directory, &owner)?;
        // As soon as there is anything to sweep: we may be killed at any moment.
        let temporary = [directory.hand_over(), socket.hand_over()];
        let sweeper = Sweeper::start(temporary.into_iter().flatten())?;
        owner.can_enter(directory.path())?;
        let lock = Lock::take(&directory)?;

        let made_by = made_by(&data)?;
        let installation = match &made_by {
            None => newest,
            Some(version) => Installation::find_for(&data, version)?,
        };
        owner.can_enter(installation.bin_dir())?;

        let runner = Runner {
            installation,
            owner,
            sweeper,
        };
        if made_by.is_none() {
            tracing::info!(directory = %directory.path().display(), "making a new database");
            initialize(&runner, &directory, &options).await?;
        }

        let left_behind = wait_for_predecessor(&data).await?;
        let watchdog = Watchdog::start(
            &runner,
            &arguments(&options, &data, &socket),
            left_behind.as_ref(),
            log::open(&directory.log())?,
        )?;
        let timeout = options.start_timeout;
        let pid = wait_until_ready(&watchdog, &directory, left_behind.as_ref(), timeout).await?;
        tracing::debug!(pid, directory = %directory.path().display(), "PostgreSQL is ready");
        Ok(Self {
            watchdog,
            runner,
            _lock: lock,
            directory,
            socket,
            pid,
        })
    }

    /// The URL of a database for sqlx and libpq, over the unix socket.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        self.socket.url(user, database)
    }

    /// The directory of the unix socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        self.socket.path()
    }

    /// The directory that holds the data, the log and the lock.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The installation whose `postgres` runs.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.runner.installation
    }

    /// The process of the server (the postmaster).
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the server ends by itself, which it should not do, and returns the [`Error::Ended`] to report.
    pub async fn ended(&self) -> Error {
        let status = self.watchdog.reaper().ended().await;
        Error::Ended {
            status: describe(status),
            log: log::tail(&self.directory.log()),
        }
    }

    /// Stops the server, breaking its connections ("fast"), and waits until it is gone with all that was temporary.
    ///
    /// # Errors
    /// [`Error::Ended`] when the server had ended before or did not end cleanly.
    pub async fn stop(self) -> Result<(), Error> {
        let status = self.watchdog.release().ended().await;
        let log = log::tail(&self.directory.log());
        if let Some(sweeper) = self.runner.sweeper {
            sweeper.sweep().await;
        }
        if status.is_some_and(|status| status.success()) {
            return Ok(());
        }
        Err(Error::Ended {
            status: describe(status),
            log,
        })
    }
}

/// The arguments of `postgres`; the last of a name wins, and the socket's place is not for others to choose.
fn arguments(options: &Options, data: &Path, socket: &SocketDir) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-D".into(), data.into()];
    arguments.extend(options.arguments().map(OsString::from));
    arguments.extend(["-p".into(), PORT.into(), "-k".into(), socket.path().into()]);
    arguments
}
