//! Defines the layout of a cluster's directory: data, lock, log and socket.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use tempfile::TempDir;

use crate::error::Error;
use crate::options::Place;

/// The directory of one cluster. Invariant: its path is absolute and contains no symbolic link.
///
/// When this process is root, the directory stays owned by root, so that the server's user cannot plant a link where
/// root writes. That user can only traverse the directory to the parts it owns.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Directory {
    /// Opens the directory at `place`, and creates it if it does not exist.
    pub(crate) fn open(place: &Place) -> Result<Self, Error> {
        match place {
            Place::Persistent(path) => Self::persistent(path),
            Place::Ephemeral => Self::ephemeral(),
        }
    }

    fn persistent(path: &Path) -> Result<Self, Error> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(Error::at(parent))?;
        }
        create_if_missing(path).map_err(Error::at(path))?;
        let path = fs::canonicalize(path).map_err(Error::at(path))?;
        // Only an empty directory gets our mode; one that already holds files keeps its own.
        let mut entries = fs::read_dir(&path).map_err(Error::at(&path))?;
        if entries.next().is_none() {
            set_mode(&path, mode())?;
        }
        Ok(Self {
            path,
            temporary: None,
        })
    }

    fn ephemeral() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        let parent = fs::canonicalize(&parent).map_err(Error::at(&parent))?;
        let directory = private_directory(&parent, "outlay-")?;
        set_mode(directory.path(), mode())?;
        Ok(Self {
            path: directory.path().to_owned(),
            temporary: Some(directory),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of a temporary directory, which the caller must then remove; `None` if it is not temporary.
    pub(crate) fn hand_over(&mut self) -> Option<PathBuf> {
        self.temporary.take().map(TempDir::keep)
    }

    /// PostgreSQL's data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The server's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The file that is locked while an outlay process uses the directory.
    pub(crate) fn lock(&self) -> PathBuf {
        self.path.join("outlay.lock")
    }

    /// The directory of the socket, used if its path is short enough.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path.join("run")
    }
}

/// The default directory of a cluster: `/var/lib/outlay` for root, otherwise `outlay` in the user's local data
/// directory.
///
/// # Errors
/// [`Error::NoHome`] if the user has no home directory.
pub fn default_data_dir() -> Result<PathBuf, Error> {
    if geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/outlay"));
    }
    let home = dirs::data_local_dir().ok_or(Error::NoHome)?;
    Ok(home.join("outlay"))
}

/// Creates one directory with mode 0700. An existing directory is left unchanged.
pub(crate) fn create_if_missing(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

/// Creates a directory with a unique name in `parent` that only this user may enter.
pub(crate) fn private_directory(parent: &Path, prefix: &str) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix(prefix)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(Error::at(parent))
}

pub(crate) fn set_mode(path: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(Error::at(path))
}

/// The mode of a cluster's directory. For root, the server's user may traverse the directory but not list it.
fn mode() -> u32 {
    if geteuid().is_root() { 0o711 } else { 0o700 }
}
