//! The server's log: one file per start. The previous file is kept.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The part of the log that an error quotes.
const TAIL_BYTES: u64 = 8 * 1024;
const TAIL_LINES: usize = 20;

/// Opens a new log at `path` and renames the previous one to `postgres.log.1`.
pub(crate) fn open(path: &Path) -> Result<File, Error> {
    let mut previous = path.as_os_str().to_owned();
    previous.push(".1");
    if path.exists() {
        fs::rename(path, PathBuf::from(previous)).map_err(Error::at(path))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::at(path))
}

/// The last lines of the log. Read errors are ignored, because the lines only explain another failure.
pub(crate) fn tail(path: &Path) -> String {
    let text = read_end(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    match lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n") {
        tail if tail.is_empty() => "(nothing)".to_owned(),
        tail => tail,
    }
}

fn read_end(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text)
}
