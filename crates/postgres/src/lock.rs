//! Prevents two outlay processes from using the same directory.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::process;

use nix::fcntl::{Flock, FlockArg};

use crate::directory::Directory;
use crate::error::Error;

/// A lock held while a cluster runs. The kernel releases it when the process ends, so it is never stale.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Flock<File>,
}

impl Lock {
    /// Locks `directory` and writes this process's id to the lock file, for the error message of another process.
    pub(crate) fn take(directory: &Directory) -> Result<Self, Error> {
        let path = directory.lock();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::at(&path))?;
        let mut file =
            Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(mut file, errno)| {
                match errno {
                    nix::errno::Errno::EWOULDBLOCK => Error::Busy {
                        directory: directory.path().to_owned(),
                        pid: read_pid(&mut file),
                    },
                    errno => Error::at(&path)(errno.into()),
                }
            })?;
        write_pid(&mut file).map_err(Error::at(&path))?;
        Ok(Self { _file: file })
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", process::id())
}
