//! Runs the server so that it never outlives this process, not even when this process is killed with SIGKILL.
//!
//! The kernel could signal a child at our death, but asking for that takes unsafe code, and the signal comes already
//! when the spawning thread ends. So a small shell script is the server's parent: it holds the reading end of a
//! pipe whose only writing end is ours, and a pipe ends with its last writer.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStdin, Stdio};

use crate::error::Error;
use crate::postmaster::PidFile;
use crate::reaper::Reaper;
use crate::runner::Runner;

const SCRIPT: &str = include_str!("watchdog.sh");
const SHELL: &str = "/bin/sh";

/// A running server and its guard.
#[derive(Debug)]
pub(crate) struct Watchdog {
    /// The writing end of the pipe. Rust marks it close-on-exec, so no other child of ours keeps it open.
    lease: ChildStdin,
    reaper: Reaper,
}

impl Watchdog {
    /// Starts `postgres` with `arguments`; what it says goes to `log`.
    pub(crate) fn start(
        runner: &Runner,
        arguments: &[OsString],
        left_behind: Option<&PidFile>,
        log: File,
    ) -> Result<Self, Error> {
        let shell = Path::new(SHELL);
        let mut command = runner.command(shell)?;
        command
            .args(["-c", SCRIPT, "outlay-watchdog"])
            .arg(runner.program("postgres"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stderr(log)
            // Ctrl-C in the terminal reaches us; we stop the server when our own work is done.
            .process_group(0);
        if let Some(file) = left_behind {
            // A stranger may have the number of a server that died with the machine. PostgreSQL would not start then,
            // and this is how pg_ctl tells it whom to disregard. Its other checks against two servers remain.
            command.env("PG_GRANDPARENT_PID", file.pid.to_string());
        }
        let mut child = command.spawn().map_err(Error::running(shell))?;
        let lease = child.stdin.take().expect("stdin was asked to be a pipe");
        let reaper = Reaper::new(child).map_err(Error::running(shell))?;
        Ok(Self { lease, reaper })
    }

    /// Learns when the server has ended.
    pub(crate) fn reaper(&self) -> &Reaper {
        &self.reaper
    }

    /// Tells the server to stop, as dropping the guard does.
    pub(crate) fn release(self) -> Reaper {
        drop(self.lease);
        self.reaper
    }
}
