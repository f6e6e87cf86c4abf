//! The errors of a private PostgreSQL server. Each message says how to resolve it.

use std::io;
use std::path::{Path, PathBuf};

use crate::installation::MINIMUM_MAJOR;

/// The reason a private PostgreSQL server could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No directory on this system contains both `initdb` and `postgres`.
    #[error(
        "PostgreSQL is not installed: install it with {install}, or set DATABASE_URL to an existing server"
    )]
    NotInstalled {
        /// The command that installs it on this system.
        install: String,
    },

    /// Every installed PostgreSQL is older than [`MINIMUM_MAJOR`].
    #[error(
        "PostgreSQL {MINIMUM_MAJOR} or newer is required, but only {installed} is installed: \
         install it with {install}, or set DATABASE_URL to a newer server"
    )]
    TooOld {
        /// The installed versions, formatted for the message.
        installed: String,
        /// The command that installs the current version on this system.
        install: String,
    },

    /// The data directory was created by a major version that is not installed.
    #[error(
        "{} was created by PostgreSQL {created_by}, but only {installed} is installed: \
         install PostgreSQL {created_by}, convert the directory with pg_upgrade, or start with a new --data-dir",
        .data.display()
    )]
    WrongVersion {
        /// The directory that holds `PG_VERSION`.
        data: PathBuf,
        /// The content of `PG_VERSION`.
        created_by: String,
        /// The installed versions, formatted for the message.
        installed: String,
    },

    /// The data directory contains files but is not a PostgreSQL data directory.
    #[error("{} contains files but is not a PostgreSQL data directory: move the files away, or use another --data-dir", .data.display())]
    NotADataDirectory {
        /// The directory.
        data: PathBuf,
    },

    /// This user has no home directory.
    #[error("this user has no home directory for the database: set a directory with --data-dir")]
    NoHome,

    /// A directory or a file in it could not be created, read or written.
    #[error(
        "cannot use {}: set --data-dir (TMPDIR for a temporary cluster) to a directory that this user can write to",
        .path.display()
    )]
    Directory {
        /// The directory or file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// This process is root, and the user that runs PostgreSQL instead cannot enter a directory.
    #[error(
        "PostgreSQL cannot run as root, and the user {user} that runs it cannot enter {directory}: \
         use another --data-dir (TMPDIR for a temporary cluster), or allow access with `chmod o+x {directory}`",
        directory = .path.display()
    )]
    Blocked {
        /// The first directory on the path that the user cannot enter.
        path: PathBuf,
        /// The user PostgreSQL runs as.
        user: String,
    },

    /// This process is root, and no other user exists to run PostgreSQL as.
    #[error(
        "PostgreSQL cannot run as root, and neither the user postgres nor the user nobody exists: \
         create one of them, or run outlay as an ordinary user"
    )]
    NoUser,

    /// Another outlay process uses the directory.
    #[error("another outlay{} already uses {}: stop it, or use another --data-dir", process_note(*.pid), .directory.display())]
    Busy {
        /// The directory.
        directory: PathBuf,
        /// The id of the other process; `None` when it has not written it yet.
        pid: Option<u32>,
    },

    /// A PostgreSQL server without an outlay parent runs on the data directory and did not end in time.
    #[error("a PostgreSQL server (process {pid}) still runs on {}: stop it with `kill -INT {pid}`, or use another --data-dir", .data.display())]
    StillRunning {
        /// The data directory.
        data: PathBuf,
        /// The server's process id.
        pid: u32,
    },

    /// A program could not be run.
    #[error("cannot run {}: check the installation", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// The data directory could not be created.
    #[error("{} could not create a data directory ({status}):\n{output}", .program.display())]
    Initialize {
        /// `initdb` or `postgres`.
        program: PathBuf,
        /// Its exit status.
        status: String,
        /// Its standard error.
        output: String,
    },

    /// PostgreSQL ended before it accepted connections.
    #[error("PostgreSQL did not start ({status}); its log ends with:\n{log}")]
    Start {
        /// Its exit status.
        status: String,
        /// The last lines of its log.
        log: String,
    },

    /// PostgreSQL did not accept connections in time. It has been told to stop.
    #[error(
        "PostgreSQL was not ready after {seconds} s: recovery after a crash can take longer, so try again; its log ends with:\n{log}"
    )]
    NotReady {
        /// The timeout in seconds.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },

    /// PostgreSQL ended unexpectedly, or did not shut down cleanly.
    #[error("PostgreSQL has ended ({status}): start outlay again; its log ends with:\n{log}")]
    Ended {
        /// Its exit status.
        status: String,
        /// The last lines of its log.
        log: String,
    },
}

impl Error {
    /// Returns a function for `map_err` that wraps the failure of an operation on `path`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Directory { path, source }
    }

    /// Returns a function for `map_err` that wraps the failure to run `program`.
    pub(crate) fn running(program: &Path) -> impl FnOnce(io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Run { program, source }
    }
}

fn process_note(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})"))
        .unwrap_or_default()
}
