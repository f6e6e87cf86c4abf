//! Lays out the directory of a cluster: lock, log and socket beside the data.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use tempfile::TempDir;

use crate::error::Error;
use crate::options::Place;

/// The directory of one cluster. Invariant: its path is absolute and holds no symbolic link.
///
/// As root it stays root's own, so that the server's user cannot plant a link where root writes; that user
/// passes through it to the parts that are given to it.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Directory {
    /// Finds or makes the directory at `place`.
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
        // Somebody else's directory keeps its mode; an empty one becomes ours.
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

    /// Leaves it to the caller to remove the directory if it is temporary.
    pub(crate) fn hand_over(&mut self) -> Option<PathBuf> {
        self.temporary.take().map(TempDir::keep)
    }

    /// PostgreSQL's data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// What the server says.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Locked while an outlay uses the directory.
    pub(crate) fn lock(&self) -> PathBuf {
        self.path.join("outlay.lock")
    }

    /// Holds the socket, where the path is short enough.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path.join("run")
    }
}

/// Where a cluster lives unless told otherwise: `/var/lib/outlay` for root, else `outlay` in the user's local data
/// directory.
///
/// # Errors
/// [`Error::NoHome`] where the user has none.
pub fn default_data_dir() -> Result<PathBuf, Error> {
    if geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/outlay"));
    }
    let home = dirs::data_local_dir().ok_or(Error::NoHome)?;
    Ok(home.join("outlay"))
}

/// Creates one directory, private until its mode is set; an existing one is left as it is.
pub(crate) fn create_if_missing(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

/// Creates a directory with a new name in `parent` that nobody else may enter.
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

/// Root lets the server's user pass through, and see nothing.
fn mode() -> u32 {
    if geteuid().is_root() { 0o711 } else { 0o700 }
}
