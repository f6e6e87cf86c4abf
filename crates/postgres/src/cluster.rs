//! Starts, monitors and stops a private PostgreSQL server.

use std::ffi::OsString;
use std::path::Path;

use crate::directory::Directory;
use crate::error::Error;
use crate::initialize::{created_by, initialize};
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

/// The superuser of every cluster. It has no password.
pub const SUPERUSER: &str = "outlay";

/// The database created with every cluster, owned by [`SUPERUSER`].
pub const DATABASE: &str = "outlay";

/// A running private PostgreSQL server. The server is stopped when this value is dropped or this process ends.
///
/// It is not bound to a tokio runtime, so tests with separate runtimes can share it.
#[derive(Debug)]
pub struct Cluster {
    // Fields drop in this order: the server is stopped before the lock on the directory is released.
    watchdog: Watchdog,
    runner: Runner,
    _lock: Lock,
    directory: Directory,
    socket: SocketDir,
    pid: u32,
}

impl Cluster {
    /// Starts the cluster and creates it first if it does not exist.
    ///
    /// # Errors
    /// Every variant of [`Error`] except [`Error::NoHome`] and [`Error::Ended`].
    pub async fn start(options: Options) -> Result<Self, Error> {
        // Checked first, so that no directories are created on a system without PostgreSQL.
        let newest = Installation::find()?;
        let mut directory = Directory::open(&options.place)?;
        let data = directory.data();
        let owner = Owner::for_data(&data)?;
        let mut socket = SocketDir::create(&directory, &owner)?;
        // Started as soon as there are directories to remove: this process can be killed at any moment.
        let temporary = [directory.hand_over(), socket.hand_over()];
        let sweeper = Sweeper::start(temporary.into_iter().flatten())?;
        owner.can_enter(directory.path())?;
        let lock = Lock::take(&directory)?;

        let created_by = created_by(&data)?;
        let installation = match &created_by {
            None => newest,
            Some(version) => Installation::find_for(&data, version)?,
        };
        owner.can_enter(installation.bin_dir())?;

        let runner = Runner {
            installation,
            owner,
            sweeper,
        };
        if created_by.is_none() {
            tracing::info!(directory = %directory.path().display(), "creating a new database");
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

    /// Returns the URL of a database over the unix socket, for sqlx and libpq.
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

    /// The process id of the server (the postmaster).
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits until the server ends unexpectedly, and returns the [`Error::Ended`] to report.
    pub async fn ended(&self) -> Error {
        let status = self.watchdog.reaper().ended().await;
        Error::Ended {
            status: describe(status),
            log: log::tail(&self.directory.log()),
        }
    }

    /// Stops the server in "fast" mode, which closes its connections, and waits until it has ended and all temporary
    /// directories are removed.
    ///
    /// # Errors
    /// [`Error::Ended`] when the server had already ended or did not shut down cleanly.
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

/// Builds the arguments of `postgres`. The last setting of a name wins, so the socket comes last and cannot be
/// overridden.
fn arguments(options: &Options, data: &Path, socket: &SocketDir) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["-D".into(), data.into()];
    arguments.extend(options.arguments().map(OsString::from));
    arguments.extend(["-p".into(), PORT.into(), "-k".into(), socket.path().into()]);
    arguments
}
