//! Chooses a directory with a short enough path for the server's socket, and builds the connection URL.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::directory::{Directory, create_if_missing, private_directory, set_mode};
use crate::error::Error;
use crate::owner::Owner;

/// The port number, which is only part of the socket's name. The server does not listen on the network.
pub(crate) const PORT: &str = "5432";

/// The maximum length of a socket path in bytes: 107 on Linux, 103 on macOS.
const LONGEST: usize = 103;

/// The directory of a server's socket.
///
/// Invariant: only the server's user and root may enter it, because anyone who can connect to the socket is superuser.
#[derive(Debug)]
pub(crate) struct SocketDir {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl SocketDir {
    /// Creates a directory inside `directory`, or in `/tmp` if that path is too long for a socket.
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

    /// Returns the path of a temporary directory, which the caller must then remove; `None` if it is not temporary.
    pub(crate) fn hand_over(&mut self) -> Option<PathBuf> {
        self.temporary.take().map(TempDir::keep)
    }

    /// Returns `postgres://user@localhost/database?host=<this directory>`, which sqlx and libpq accept.
    pub(crate) fn url(&self, user: &str, database: &str) -> String {
        format!(
            "postgres://{}@localhost:{PORT}/{}?host={}",
            percent_encode(user.as_bytes()),
            percent_encode(database.as_bytes()),
            percent_encode(self.path.as_os_str().as_bytes()),
        )
    }
}

/// Whether the path of the socket is short enough, and valid UTF-8, which a URL requires.
fn fits(directory: &Path) -> bool {
    let socket = directory.join(format!(".s.PGSQL.{PORT}"));
    socket.to_str().is_some_and(|path| path.len() <= LONGEST)
}

/// Percent-encodes all bytes except the unreserved characters of URLs.
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
    fn every_part_of_a_url_is_encoded() {
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
