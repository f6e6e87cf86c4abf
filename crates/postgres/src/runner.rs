//! Prepares the commands of PostgreSQL's programs: which user, which environment, which place.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::installation::Installation;
use crate::owner::Owner;
use crate::sweeper::Sweeper;

/// What would make a program behave otherwise than its arguments say.
///
/// `NOTIFY_SOCKET`: with systemd, the server would announce itself as ready in our place.
const UNWANTED: [&str; 4] = ["NOTIFY_SOCKET", "PGDATA", "PGPORT", "PG_GRANDPARENT_PID"];

/// Runs the programs of one cluster.
#[derive(Debug)]
pub(crate) struct Runner {
    pub(crate) installation: Installation,
    pub(crate) owner: Owner,
    /// There where something is temporary.
    pub(crate) sweeper: Option<Sweeper>,
}

impl Runner {
    /// The path of one of PostgreSQL's programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.installation.program(name)
    }

    /// A command for `program`, of which only the arguments and the other two streams are missing.
    ///
    /// Its standard output, which says nothing of interest, keeps the sweeper from removing what it works on.
    pub(crate) fn command(&self, program: &Path) -> Result<Command, Error> {
        let stdout = self
            .sweeper
            .as_ref()
            .map_or(Ok(Stdio::null()), Sweeper::lend);
        let mut command = Command::new(program);
        self.owner.run(&mut command);
        for name in UNWANTED {
            command.env_remove(name);
        }
        command
            // Errors are quoted in ours, so they come in one language.
            .env("LC_ALL", "C")
            // Every user may be there, and nothing is unmounted under our feet.
            .current_dir("/")
            .stdout(stdout.map_err(Error::running(program))?);
        Ok(command)
    }
}
