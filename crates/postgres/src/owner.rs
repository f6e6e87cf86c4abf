//! Decides which user PostgreSQL runs as: ourselves, or somebody else where we are root, which it refuses to be.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Gid, Uid, User, geteuid};

use crate::error::Error;

/// Who takes the server over from root, in the order of preference.
const SERVANTS: [&str; 2] = ["postgres", "nobody"];

/// Prints the first of its arguments that the user running it may not enter.
const FIND_BLOCKED: &str =
    r#"for directory do [ -x "$directory" ] || { printf %s "$directory"; exit; }; done"#;

/// The user PostgreSQL runs as.
#[derive(Clone, Debug)]
pub(crate) enum Owner {
    /// The user this process runs as.
    Ourselves,
    /// Another user, because this process is root.
    Other { uid: Uid, gid: Gid, name: String },
}

impl Owner {
    /// The user for a server on `data`, which need not exist: whoever owns it already, else a user without power.
    pub(crate) fn of(data: &Path) -> Result<Self, Error> {
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
        let servant = SERVANTS
            .iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .ok_or(Error::NoUser)?;
        Ok(Self::Other {
            uid: servant.uid,
            gid: servant.gid,
            name: servant.name,
        })
    }

    /// Makes `command` run as this user, without the groups root has.
    pub(crate) fn run<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Self::Other { uid, gid, .. } = self {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Gives `path` to this user.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        if let Self::Other { uid, gid, .. } = self {
            chown(path, Some(uid.as_raw()), Some(gid.as_raw())).map_err(Error::at(path))?;
        }
        Ok(())
    }

    /// Fails with the directory on the way to `directory`, itself included, that this user may not enter.
    ///
    /// Asks the kernel as that user instead of reading modes, which do not tell of access control lists.
    pub(crate) fn can_enter(&self, directory: &Path) -> Result<(), Error> {
        let Self::Other { name, .. } = self else {
            return Ok(());
        };
        let mut way: Vec<&Path> = directory.ancestors().collect();
        way.reverse();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", FIND_BLOCKED, "sh"]).args(way);
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
