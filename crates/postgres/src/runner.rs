//! Prepares commands for PostgreSQL's programs: user, environment and working directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::installation::Installation;
use crate::owner::Owner;
use crate::sweeper::Sweeper;

/// Environment variables that would override the arguments of a program.
///
/// `NOTIFY_SOCKET`: under systemd, PostgreSQL would report itself as ready in place of this process.
const UNWANTED: [&str; 4] = ["NOTIFY_SOCKET", "PGDATA", "PGPORT", "PG_GRANDPARENT_PID"];

/// Runs the programs of one cluster.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) installation: Installation,
    pub(crate) owner: Owner,
    /// `None` if the cluster has no temporary directories.
    pub(crate) sweeper: Option<Sweeper>,
}

impl Runner {
    /// The path of one of PostgreSQL's programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.installation.program(name)
    }

    /// Creates a command for `program`. The caller adds the arguments, standard input and standard error.
    ///
    /// Standard output has no useful content. It is set to the sweeper's pipe, so that the sweeper does not remove the
    /// directories while the program runs.
    pub(crate) fn command(&self, program: &Path) -> Result<Command, Error> {
        let stdout = self
            .sweeper
            .as_ref()
            .map_or(Ok(Stdio::null()), Sweeper::share);
        let mut command = Command::new(program);
        self.owner.run(&mut command);
        for name in UNWANTED {
            command.env_remove(name);
        }
        command
            // Error messages quote the output, so it must be in English.
            .env("LC_ALL", "C")
            // Every user can enter `/`, and it cannot be unmounted while the program runs.
            .current_dir("/")
            .stdout(stdout.map_err(Error::running(program))?);
        Ok(command)
    }
}
