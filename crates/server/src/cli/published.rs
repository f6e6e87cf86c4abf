//! Where a running server's embedded database is found by other commands: a file in the data directory.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The URLs of an embedded database, of its owner and of requests, in that order.
pub(crate) type Urls = [String; 2];

/// The file, which is removed when the server stops.
#[derive(Debug)]
pub(crate) struct Published(PathBuf);

impl Published {
    /// Writes the file, for this user alone.
    pub(crate) fn write(directory: &Path, urls: &Urls) -> io::Result<Self> {
        withdraw(directory)?;
        let path = path(directory);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        writeln!(file, "{}\n{}", urls[0], urls[1])?;
        Ok(Self(path))
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        // One that stays is found stale by the next to start, and removed.
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes what a killed server left; for the holder of the cluster only.
pub(crate) fn withdraw(directory: &Path) -> io::Result<()> {
    match fs::remove_file(path(directory)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The URLs that the server running on this directory has left, if it is one that serves.
pub(crate) fn read(directory: &Path) -> Option<Urls> {
    let text = fs::read_to_string(path(directory)).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    Some([lines.next()?, lines.next()?])
}

fn path(directory: &Path) -> PathBuf {
    directory.join("database-url")
}
