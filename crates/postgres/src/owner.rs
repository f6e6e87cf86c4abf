//! Selects the user that runs PostgreSQL: the user of this process or, because PostgreSQL does not run as root, another
//! user if this process is root.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Gid, Uid, User, geteuid};

use crate::error::Error;

/// The users that run the server when this process is root, in order of preference.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// Prints the first of its arguments that the current user cannot enter.
const FIND_BLOCKED: &str =
    r#"for directory do [ -x "$directory" ] || { printf %s "$directory"; exit; }; done"#;

/// The user that runs PostgreSQL.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// The user of this process.
    Ourselves,
    /// Another user, because this process is root.
    Other { uid: Uid, gid: Gid, name: String },
}

impl Owner {
    /// Selects the user for a server on `data`: the owner of the directory if it exists, otherwise an unprivileged
    /// user.
    pub(crate) fn for_data(data: &Path) -> Result<Self, Error> {
        if !geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        if let Ok(metadata) = fs::metadata(data)
            && metadata.uid() != 0
        {
            let (uid, gid) = (Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()));
            let name = User::from_uid(uid).ok().flatten().map(|user| user.name);
            let name = name.unwrap_or_else(|| uid.to_string());
            return Ok(Self::Other { uid, gid, name });
        }
        let user = UNPRIVILEGED
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .ok_or(Error::NoUser)?;
        Ok(Self::Other {
            uid: user.uid,
            gid: user.gid,
            name: user.name,
        })
    }

    /// Sets `command` to run as this user, without root's groups.
    pub(crate) fn run<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Self::Other { uid, gid, .. } = self {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Changes the owner of `path` to this user.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        if let Self::Other { uid, gid, .. } = self {
            chown(path, Some(uid.as_raw()), Some(gid.as_raw())).map_err(Error::at(path))?;
        }
        Ok(())
    }

    /// Fails with the first directory on the path to `directory` (inclusive) that this user cannot enter.
    ///
    /// Tests access as that user instead of reading modes, because modes do not include access control lists.
    pub(crate) fn can_enter(&self, directory: &Path) -> Result<(), Error> {
        let Self::Other { name, .. } = self else {
            return Ok(());
        };
        let mut path: Vec<&Path> = directory.ancestors().collect();
        path.reverse();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", FIND_BLOCKED, "sh"]).args(path);
        let output = self
            .run(&mut command)
            .current_dir("/")
            .output()
            .map_err(Error::running(Path::new("/bin/sh")))?;
        if output.stdout.is_empty() {
            return Ok(());
        }
        Err(Error::Blocked {
            path: PathBuf::from(OsString::from_vec(output.stdout)),
            user: name.clone(),
        })
    }
}
