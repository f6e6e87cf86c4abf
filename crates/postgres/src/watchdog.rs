//! Ensures that the server does not outlive this process, even if this process is killed with SIGKILL.
//!
//! The kernel can signal a child when its parent dies, but that requires unsafe code, and the signal is already sent
//! when the spawning thread ends. Instead, a small shell script is the server's parent. It reads from a pipe whose only
//! writing end is in this process, so the pipe is closed when this process ends.

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

/// A running server and the shell script that guards it.
#[derive(Debug)]
pub(crate) struct Watchdog {
    /// The writing end of the pipe. Rust marks it close-on-exec, so no other child process keeps it open.
    lease: ChildStdin,
    reaper: Reaper,
}

impl Watchdog {
    /// Starts `postgres` with `arguments`. Its output goes to `log`.
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
            // Ctrl-C in the terminal must reach only this process, which stops the server when its own work is done.
            .process_group(0);
        if let Some(file) = left_behind {
            // An unrelated process may have the id of a server that died with the machine, and PostgreSQL would then
            // not start. This variable, which pg_ctl sets too, names a process to ignore. PostgreSQL's other checks
            // for a second server remain active.
            command.env("PG_GRANDPARENT_PID", file.pid.to_string());
        }
        let mut child = command.spawn().map_err(Error::running(shell))?;
        let lease = child.stdin.take().expect("stdin was asked to be a pipe");
        let reaper = Reaper::new(child).map_err(Error::running(shell))?;
        Ok(Self { lease, reaper })
    }

    /// Reports the end of the server.
    pub(crate) fn reaper(&self) -> &Reaper {
        &self.reaper
    }

    /// Tells the server to stop, as dropping this value does.
    pub(crate) fn release(self) -> Reaper {
        drop(self.lease);
        self.reaper
    }
}
