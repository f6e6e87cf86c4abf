//! Finds the PostgreSQL binaries installed on this system.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::install_hint::install_command;

/// The oldest supported major version.
pub const MINIMUM_MAJOR: u32 = 14;

/// The locations of packaged servers: (directory, prefix of the version's directory, remaining path).
const PACKAGES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// An installed PostgreSQL: a directory with both `initdb` and `postgres`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    bin_dir: PathBuf,
    major: u32,
}

impl Installation {
    /// The newest installed PostgreSQL.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] or [`Error::TooOld`], with the command that installs a suitable version.
    pub fn find() -> Result<Self, Error> {
        Self::newest(Self::all())
    }

    /// The installed PostgreSQL that can serve `data`, which was created by the version `created_by`.
    pub(crate) fn find_for(data: &Path, created_by: &str) -> Result<Self, Error> {
        let all = Self::all();
        Self::newest(all.clone())?;
        let same = all
            .iter()
            .find(|found| found.major >= MINIMUM_MAJOR && found.major.to_string() == created_by);
        same.cloned().ok_or_else(|| Error::WrongVersion {
            data: data.to_owned(),
            created_by: created_by.to_owned(),
            installed: list(&all),
        })
    }

    /// The directory of the binaries.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The major version, such as 17.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of one of its programs, such as `psql`.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(name)
    }

    /// Every installation, in the order of [`candidates`].
    fn all() -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for directory in candidates() {
            if !found.iter().any(|known| known.bin_dir == directory) {
                found.extend(Self::at(directory));
            }
        }
        found
    }

    /// The installation at `bin_dir`; `None` if the directory has only client programs.
    fn at(bin_dir: PathBuf) -> Option<Self> {
        if !bin_dir.join("initdb").is_file() || !bin_dir.join("postgres").is_file() {
            return None;
        }
        let version = output(Command::new(bin_dir.join("postgres")).arg("--version"))?;
        let major = major(&version)?;
        Some(Self { bin_dir, major })
    }

    fn newest(found: Vec<Self>) -> Result<Self, Error> {
        let installed = list(&found);
        // Of equal versions the first one is used, so that PATH has precedence.
        let newest = found
            .into_iter()
            .reduce(|best, next| if next.major > best.major { next } else { best });
        match newest {
            None => Err(Error::NotInstalled {
                install: install_command(),
            }),
            Some(newest) if newest.major < MINIMUM_MAJOR => Err(Error::TooOld {
                installed,
                install: install_command(),
            }),
            Some(newest) => Ok(newest),
        }
    }
}

/// The directories to search for a server: PATH first, then the one `pg_config` reports, then package locations.
fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter(|directory| directory.is_absolute());
    let claimed = output(Command::new("pg_config").arg("--bindir"));
    on_path
        .chain(claimed.map(|claim| PathBuf::from(claim.trim())))
        .chain(PACKAGES.iter().flat_map(packaged))
        // A link to `postgres` is resolved to the directory that contains all programs.
        .filter_map(|directory| fs::canonicalize(directory.join("postgres")).ok())
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect()
}

fn packaged(&(directory, start, rest): &(&str, &str, &str)) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(start))
        .map(|entry| entry.path().join(rest))
        .collect()
}

/// Runs a command and returns its standard output; `None` if it fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; also `18beta1` and `19devel`.
fn major(version: &str) -> Option<u32> {
    let (_, version) = version.split_once(')')?;
    let version = version.trim_start();
    let digits = version.find(|character: char| !character.is_ascii_digit());
    version[..digits.unwrap_or(version.len())].parse().ok()
}

fn list(found: &[Installation]) -> String {
    let each = found
        .iter()
        .map(|one| format!("{} ({})", one.major, one.bin_dir.display()));
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(major: u32, bin_dir: &str) -> Installation {
        let bin_dir = bin_dir.into();
        Installation { bin_dir, major }
    }

    #[test]
    fn the_major_version_is_read_from_the_output_of_postgres() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(major(debian), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn the_newest_version_wins_and_the_first_of_equal_versions() {
        let found = vec![
            installed(15, "/a"),
            installed(17, "/b"),
            installed(17, "/c"),
        ];
        assert_eq!(
            Installation::newest(found).expect("17"),
            installed(17, "/b")
        );
    }

    #[test]
    fn a_missing_installation_is_one_message_with_two_solutions() {
        let message = Installation::newest(Vec::new())
            .expect_err("none")
            .to_string();
        assert!(message.contains(&install_command()), "{message}");
        assert!(message.contains("DATABASE_URL"), "{message}");
        assert_eq!(message.lines().count(), 1);
    }

    #[test]
    fn an_old_version_is_named_and_rejected() {
        let message = Installation::newest(vec![installed(9, "/old")])
            .expect_err("too old")
            .to_string();
        assert!(message.contains("9 (/old)"), "{message}");
    }

    #[test]
    fn a_directory_without_both_programs_is_not_an_installation() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(directory.path().join("postgres"), "").expect("a file");
        assert_eq!(Installation::at(directory.path().to_owned()), None);
    }
}
