//! The program as an operator runs it: commands, starts, stops, and what a power cut leaves.

mod command;
mod demo;
mod import_killed;
mod life;
mod provision_killed;
mod refused;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use outlay_tests::{connect, program, within};
use sqlx::PgConnection;
use tempfile::TempDir;

/// Longer than any stop or crash recovery here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory for an embedded database, which runs as another user when we are root.
fn directory() -> TempDir {
    let directory = tempfile::Builder::new()
        .prefix("outlay-")
        .tempdir_in("/tmp")
        .expect("a directory");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    directory
}

/// Runs a command of the program to its end.
async fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).env_remove("DATABASE_URL");
    let output = tokio::task::spawn_blocking(move || command.output().expect("it runs"));
    tokio::time::timeout(PATIENCE * 2, output)
        .await
        .expect("it ends")
        .expect("a thread")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A connection to the database of the server that runs on this directory.
async fn database(directory: &Path) -> PgConnection {
    let urls = fs::read_to_string(directory.join("database-url")).expect("a server runs here");
    connect(urls.lines().next().expect("a URL")).await
}

/// The processes that work in this directory or were started for it.
fn processes(directory: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let lines = processes.filter_map(|process| {
        let line = text(&fs::read(process.path().join("cmdline")).ok()?).replace('\0', " ");
        let works_here =
            fs::read_link(process.path().join("cwd")).is_ok_and(|path| path.starts_with(directory));
        (works_here || line.contains(directory.to_str()?)).then_some(line)
    });
    lines.collect()
}

/// Waits until nothing runs for this directory any more.
async fn nothing_runs(directory: &Path) {
    within(PATIENCE, "every process ends", async || {
        processes(directory).is_empty()
    })
    .await;
}
