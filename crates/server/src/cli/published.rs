//! The file in the data directory by which other commands find the embedded database of a running server.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The URLs of an embedded database: for its owner, and for requests.
pub(crate) type Urls = [String; 2];

/// The file, which is removed on drop.
#[derive(Debug)]
pub(crate) struct Published(PathBuf);

impl Published {
    /// Writes the file, readable only by the current user.
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
        // The next start removes a file that stays.
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes the file that a killed server left. Only the process that runs the cluster may do this.
pub(crate) fn withdraw(directory: &Path) -> io::Result<()> {
    match fs::remove_file(path(directory)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The URLs that the running server of this directory has written, if there is one.
pub(crate) fn read(directory: &Path) -> Option<Urls> {
    let text = fs::read_to_string(path(directory)).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    Some([lines.next()?, lines.next()?])
}

fn path(directory: &Path) -> PathBuf {
    directory.join("database-url")
}
