//! Finds the server's socket a directory short enough, and writes the URL that leads there.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::directory::{Directory, create_if_missing, private_directory, set_mode};
use crate::error::Error;
use crate::owner::Owner;

/// Only the socket's name depends on it; nothing listens on the network.
pub(crate) const PORT: &str = "5432";

/// The longest socket path that works everywhere: 107 bytes on Linux, 103 on macOS.
const LONGEST: usize = 103;

/// The directory of a server's socket.
///
/// Invariant: only the server's user may enter it (and root), because whoever reaches the socket is the superuser.
#[derive(Debug)]
pub(crate) struct SocketDir {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl SocketDir {
    /// A directory inside `directory`, or a new one in `/tmp` where that path is too long for a socket.
    pub(crate) fn create(directory: &Directory, owner: &Owner) -> Result<Self, Error> {
        let inside = directory.socket();
        let (path, temporary) = if fits(&inside) {
            create_if_missing(&inside).map_err(Error::at(&inside))?;
            (inside, None)
        } else {
            let outside = private_directory(Path::new("/tmp"), "outlay-")?;
            (outside.path().to_owned(), Some(outside))
        };
        owner.give(&path)?;
        set_mode(&path, 0o700)?;
        Ok(Self { path, temporary })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it to the caller to remove the directory if it is temporary.
    pub(crate) fn hand_over(&mut self) -> Option<PathBuf> {
        self.temporary.take().map(TempDir::keep)
    }

    /// `postgres://user@localhost/database?host=<this directory>`, which sqlx and libpq read.
    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        format!(
            "postgres://{}@localhost:{PORT}/{}?host={}",
            percent_encode(user.as_bytes()),
            percent_encode(database.as_bytes()),
            percent_encode(self.path.as_os_str().as_bytes()),
        )
    }
}

/// URLs are read as UTF-8, so another path would not come through.
fn fits(directory: &Path) -> bool {
    let socket = directory.join(format!(".s.PGSQL.{PORT}"));
    socket.to_str().is_some_and(|path| path.len() <= LONGEST)
}

/// Leaves the characters that mean nothing in any part of a URL.
fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut encoded, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes all that is written");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_every_part_apart() {
        let socket = SocketDir {
            path: "/tmp/a b".into(),
            temporary: None,
        };
        assert_eq!(
            socket.url("o@u", "d/b?"),
            "postgres://o%40u@localhost:5432/d%2Fb%3F?host=%2Ftmp%2Fa%20b"
        );
    }

    #[test]
    fn a_long_path_does_not_fit() {
        assert!(fits(Path::new("/var/lib/outlay/run")));
        assert!(!fits(Path::new(&"/x".repeat(50))));
    }
}
