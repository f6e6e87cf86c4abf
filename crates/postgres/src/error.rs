//! What can go wrong between "no PostgreSQL here" and "PostgreSQL has ended", each with its way out.

use std::io;
use std::path::{Path, PathBuf};

use crate::installation::MINIMUM_MAJOR;

/// Why a private PostgreSQL could not be started, or why it ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No directory on this system holds both `initdb` and `postgres`.
    #[error(
        "PostgreSQL is not installed here: install it with {install}, or set DATABASE_URL to a server you have"
    )]
    NotInstalled {
        /// How to install it on this system.
        install: String,
    },

    /// Every installed PostgreSQL is older than [`MINIMUM_MAJOR`].
    #[error(
        "PostgreSQL {MINIMUM_MAJOR} or newer is needed, and only {installed} is installed: \
         install it with {install}, or set DATABASE_URL to a newer server"
    )]
    TooOld {
        /// What was found, as a list for people.
        installed: String,
        /// How to install the current one on this system.
        install: String,
    },

    /// The data directory was made by a major version that is not installed.
    #[error(
        "{} was made by PostgreSQL {made_by}, and installed is {installed}: \
         install PostgreSQL {made_by}, convert the directory with pg_upgrade, or start afresh with another --data-dir",
        .data.display()
    )]
    WrongVersion {
        /// The directory that holds `PG_VERSION`.
        data: PathBuf,
        /// The content of `PG_VERSION`.
        made_by: String,
        /// What was found, as a list for people.
        installed: String,
    },

    /// The place for the data holds something that is not a PostgreSQL data directory.
    #[error("{} holds files that are not PostgreSQL's: move them away, or name another --data-dir", .data.display())]
    NotADataDirectory {
        /// The directory in question.
        data: PathBuf,
    },

    /// This user has no home directory to keep data in.
    #[error(
        "this user has no home directory to keep the database in: name a directory with --data-dir"
    )]
    NoHome,

    /// A directory or a file in it could not be created, read or written.
    #[error(
        "{} cannot be used: name a directory this user may write to with --data-dir \
         (TMPDIR for a temporary cluster)",
        .path.display()
    )]
    Directory {
        /// The directory or file in question.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// We are root, PostgreSQL refuses to be, and the user it runs as cannot reach a directory.
    #[error(
        "PostgreSQL does not run as root, and the user {user} who runs it here may not enter {directory}: \
         name another --data-dir (TMPDIR for a temporary cluster), or allow it with `chmod o+x {directory}`",
        directory = .path.display()
    )]
    Blocked {
        /// The first directory on the way that the user may not enter.
        path: PathBuf,
        /// The user PostgreSQL runs as.
        user: String,
    },

    /// We are root and there is no other user to run PostgreSQL as.
    #[error(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody: add one, or run outlay as an ordinary user"
    )]
    NoUser,

    /// Another process of ours uses the directory.
    #[error("another outlay{} already runs on {}: stop it, or name another --data-dir", of_process(*.pid), .directory.display())]
    Busy {
        /// The directory both want.
        directory: PathBuf,
        /// The other process, when it had already left its number.
        pid: Option<u32>,
    },

    /// A PostgreSQL runs on the data directory without an outlay that owns it, and did not end in time.
    #[error("a PostgreSQL server (process {pid}) still runs on {}: stop it with `kill -INT {pid}`, or name another --data-dir", .data.display())]
    StillRunning {
        /// The data directory.
        data: PathBuf,
        /// The server's process.
        pid: u32,
    },

    /// A program could not be run at all.
    #[error("{} could not be run: check the installation", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// Making the data directory failed.
    #[error("{} could not make a data directory ({status}):\n{output}", .program.display())]
    Initialize {
        /// `initdb` or `postgres`.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// What it said.
        output: String,
    },

    /// PostgreSQL ended before it accepted connections.
    #[error("PostgreSQL did not start ({status}); its log ends with:\n{log}")]
    Start {
        /// How it ended.
        status: String,
        /// The last lines of its log.
        log: String,
    },

    /// PostgreSQL runs and did not accept connections in time; it has been told to stop.
    #[error(
        "PostgreSQL was not ready after {seconds} s: after a crash it may need longer, so try again; its log ends with:\n{log}"
    )]
    NotReady {
        /// How long it had.
        seconds: u64,
        /// The last lines of its log.
        log: String,
    },

    /// PostgreSQL ended without having been told to, or not cleanly.
    #[error("PostgreSQL has ended ({status}); start outlay again; the log ends with:\n{log}")]
    Ended {
        /// How it ended.
        status: String,
        /// The last lines of its log.
        log: String,
    },
}

impl Error {
    /// For `map_err`: the failure of an operation on `path`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Directory { path, source }
    }

    /// For `map_err`: the failure to run `program`.
    pub(crate) fn running(program: &Path) -> impl FnOnce(io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Run { program, source }
    }
}

fn of_process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})"))
        .unwrap_or_default()
}
