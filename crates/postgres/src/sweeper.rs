//! Removes temporary directories when no process uses them any more, even if this process was killed.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::reaper::Reaper;

const SHELL: &str = "/bin/sh";

/// Waits until the pipe is closed by its last writer, then removes the directories.
const SCRIPT: &str = r#"trap '' HUP INT TERM; cat >/dev/null; exec rm -rf -- "$@""#;

/// A shell process that waits until this process and all processes that share the pipe have ended, then removes the
/// directories.
#[derive(Debug)]
pub(crate) struct Sweeper {
    pipe: OwnedFd,
    reaper: Reaper,
}

impl Sweeper {
    /// Starts a sweeper for `directories`; returns `None` if there are none.
    pub(crate) fn start(directories: impl Iterator<Item = PathBuf>) -> Result<Option<Self>, Error> {
        let mut directories = directories.peekable();
        if directories.peek().is_none() {
            return Ok(None);
        }
        Self::watch(directories)
            .map(Some)
            .map_err(Error::running(Path::new(SHELL)))
    }

    fn watch(directories: impl Iterator<Item = PathBuf>) -> io::Result<Self> {
        let mut child = Command::new(SHELL)
            .args(["-c", SCRIPT, "outlay-sweeper"])
            .args(directories)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let pipe = child.stdin.take().expect("stdin was asked to be a pipe");
        Ok(Self {
            pipe: pipe.into(),
            reaper: Reaper::new(child)?,
        })
    }

    /// Returns a copy of the pipe, to be the standard output of a process that uses the directories.
    pub(crate) fn share(&self) -> io::Result<Stdio> {
        self.pipe.try_clone().map(Stdio::from)
    }

    /// Closes this process's end of the pipe and waits until the directories are removed.
    pub(crate) async fn sweep(self) {
        drop(self.pipe);
        self.reaper.ended().await;
    }
}
