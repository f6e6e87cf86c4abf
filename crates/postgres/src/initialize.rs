//! Creates the data directory of a new cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tokio::io::AsyncWriteExt;

use crate::cluster::{DATABASE, SUPERUSER};
use crate::directory::{Directory, private_directory};
use crate::error::Error;
use crate::options::Options;
use crate::reaper::describe;
use crate::runner::Runner;

/// The name prefix of a data directory that is not complete yet.
const UNFINISHED: &str = "initdb-";

/// The version that created the data directory (the content of its `PG_VERSION`); `None` when there is no data yet.
pub(crate) fn created_by(data: &Path) -> Result<Option<String>, Error> {
    let entries = match fs::read_dir(data) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(Error::at(data))?,
    };
    if let Ok(version) = fs::read_to_string(data.join("PG_VERSION")) {
        return Ok(Some(version.trim().to_owned()));
    }
    // An empty directory counts as no data: `rename` replaces it.
    match entries.count() {
        0 => Ok(None),
        _ => Err(Error::NotADataDirectory {
            data: data.to_owned(),
        }),
    }
}

/// Creates the data directory with the superuser and the database.
///
/// Invariant: `data` is complete or absent. It is created under another name and then renamed, so that a process
/// killed in between leaves nothing that looks like a cluster.
pub(crate) async fn initialize(
    runner: &Runner,
    directory: &Directory,
    options: &Options,
) -> Result<(), Error> {
    remove_unfinished(directory.path());
    let unfinished = private_directory(directory.path(), UNFINISHED)?;
    runner.owner.give(unfinished.path())?;
    // Some systems, such as macOS, do not have C.UTF-8.
    if let Err(error) = initdb(runner, unfinished.path(), options, "C.UTF-8").await {
        tracing::debug!(%error, "falling back to the plain C locale");
        initdb(runner, unfinished.path(), options, "C").await?;
    }
    create_database(runner, unfinished.path(), options).await?;

    let data = directory.data();
    fs::rename(unfinished.path(), &data).map_err(Error::at(&data))?;
    // The directory was renamed, so there is nothing to remove.
    let _ = unfinished.keep();
    fs::File::open(directory.path())
        .and_then(|parent| parent.sync_all())
        .map_err(Error::at(directory.path()))
}

/// Runs `initdb`. Text is sorted by code point, which is independent of the system's locales; `ctype` defines upper and
/// lower case.
async fn initdb(runner: &Runner, data: &Path, options: &Options, ctype: &str) -> Result<(), Error> {
    let program = runner.program("initdb");
    let mut command = runner.command(&program)?;
    command
        .args(["-U", SUPERUSER, "-E", "UTF8", "--locale=C"])
        .arg(format!("--lc-ctype={ctype}"))
        .args(["--auth-local=trust", "--auth-host=reject"])
        .args(options.is_ephemeral().then_some("--no-sync"))
        .arg("-D")
        .arg(data);
    run(command, "").await
}

/// Creates the database in single-user mode, which avoids a start and stop of the server for one statement.
async fn create_database(runner: &Runner, data: &Path, options: &Options) -> Result<(), Error> {
    let program = runner.program("postgres");
    let mut command = runner.command(&program)?;
    command
        .args(["--single", "-c", "exit_on_error=on"])
        .args(options.is_ephemeral().then_some("-F"))
        .arg("-D")
        .arg(data)
        .arg("postgres");
    run(command, &format!("CREATE DATABASE \"{DATABASE}\";\n")).await
}

/// Runs `command` to completion. Kills it when the future is dropped.
async fn run(mut command: Command, input: &str) -> Result<(), Error> {
    let program = PathBuf::from(command.get_program());
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut command = tokio::process::Command::from(command);
    let mut child = command
        .kill_on_drop(true)
        .spawn()
        .map_err(Error::running(&program))?;
    let mut stdin = child.stdin.take().expect("stdin was asked to be a pipe");
    // A write error means that the program ended early; its standard error then has the reason.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = child
        .wait_with_output()
        .await
        .map_err(Error::running(&program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Initialize {
        program,
        status: describe(Some(output.status)),
        output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Removes the incomplete directories of killed processes. The caller holds the lock, so no other process uses them.
fn remove_unfinished(directory: &Path) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(path = %entry.path().display(), %error, "cannot remove an unfinished data directory");
        }
    }
}
