//! Reads `postmaster.pid`, in which PostgreSQL records the process and the state of the server of a data directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::Error;

/// The time limit for a server to end after its outlay process was killed. It writes a checkpoint first.
const PATIENCE: Duration = Duration::from_secs(15);

/// The content of a `postmaster.pid`. It differs for each start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    text: String,
}

impl PidFile {
    /// Reads the file in `data`; `None` when it does not exist or is not completely written yet.
    pub(crate) fn find(data: &Path) -> Result<Option<Self>, Error> {
        let path = data.join("postmaster.pid");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::at(&path)(error)),
        }
    }

    fn parse(text: String) -> Option<Self> {
        let pid = text.lines().next()?.trim().parse().ok()?;
        Some(Self { pid, text })
    }

    /// Whether the server accepts connections. The eighth line is its state.
    pub(crate) fn is_ready(&self) -> bool {
        let state = self.text.lines().nth(7);
        state.is_some_and(|state| state.trim() == "ready")
    }

    /// Whether the process is a server on `data`, and not an unrelated process with the same id. Ids are reused after
    /// a power failure or in a restarted container.
    fn is_alive(&self, data: &Path) -> bool {
        names(&command_line(self.pid), data)
    }
}

/// Waits until no server runs on `data`, and returns the pid file of the last one if it did not shut down cleanly.
///
/// The server of an outlay process that was just killed may still be shutting down, and no event signals its end.
pub(crate) async fn wait_for_predecessor(data: &Path) -> Result<Option<PidFile>, Error> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(5);
    loop {
        let file = PidFile::find(data)?;
        let Some(running) = file.as_ref().filter(|file| file.is_alive(data)) else {
            return Ok(file);
        };
        if Instant::now() >= deadline {
            return Err(Error::StillRunning {
                data: data.to_owned(),
                pid: running.pid,
            });
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// Whether `path` is one of the arguments. `ps` separates them by spaces, `/proc` by zero bytes.
fn names(command_line: &[u8], path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    let found = command_line.windows(path.len()).enumerate();
    found.filter(|(_, part)| *part == path).any(|(start, _)| {
        match command_line.get(start + path.len()) {
            None => true,
            Some(next) => b"\0 \n".contains(next),
        }
    })
}

/// The arguments of a process; empty if the process does not exist.
fn command_line(pid: u32) -> Vec<u8> {
    let proc = PathBuf::from("/proc");
    if proc.join("self/cmdline").exists() {
        return fs::read(proc.join(pid.to_string()).join("cmdline")).unwrap_or_default();
    }
    let ps = Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output();
    ps.map(|output| output.stdout).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "42\n/srv/data\n1700000000\n5432\n/srv/run\n\n  5432001  65536\nready   \n";

    #[test]
    fn the_state_is_read() {
        assert!(PidFile::parse(FILE.to_owned()).expect("a file").is_ready());
        let starting = FILE.replace("ready   ", "starting");
        assert!(!PidFile::parse(starting).expect("a file").is_ready());
        assert_eq!(PidFile::parse(String::new()), None);
    }

    #[test]
    fn a_server_is_identified_by_the_whole_path_of_its_data() {
        let command_line = b"postgres\0-D\0/srv/data2\0-k\0/srv/run";
        assert!(names(command_line, Path::new("/srv/data2")));
        assert!(names(command_line, Path::new("/srv/run")));
        assert!(!names(command_line, Path::new("/srv/data")));
    }

    #[test]
    fn an_unrelated_process_with_the_same_id_is_not_a_server() {
        let ours = std::process::id().to_string();
        let file = PidFile::parse(FILE.replacen("42", &ours, 1)).expect("a file");
        assert!(!file.is_alive(Path::new("/srv/data")));
    }
}
