//! Functions to query a cluster and to check its processes.

// Each test binary uses a part of this module.
#![allow(dead_code)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{self, Signal};
use nix::unistd::{Pid, geteuid};
use outlay_postgres::{Cluster, DATABASE, SUPERUSER};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// The time limit for an expected event.
const DEADLINE: Duration = Duration::from_secs(30);

pub async fn connect(cluster: &Cluster) -> PgConnection {
    let url = cluster.url(SUPERUSER, DATABASE);
    PgConnection::connect(&url).await.expect("a connection")
}

/// Runs `sql` and returns its one text value.
pub async fn query(cluster: &Cluster, sql: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut connect(cluster).await)
        .await
        .expect("a row")
}

pub fn is_root() -> bool {
    geteuid().is_root()
}

pub fn is_running(pid: u32) -> bool {
    signal::kill(process(pid), None) != Err(Errno::ESRCH)
}

pub fn terminate(pid: u32) {
    signal::kill(process(pid), Signal::SIGTERM).expect("a process");
}

pub fn kill(pid: u32) {
    signal::kill(process(pid), Signal::SIGKILL).expect("a process");
}

/// Polls until `condition` holds: no event signals the end of a process that is not a child.
pub async fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let polled = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, polled)
        .await
        .unwrap_or_else(|_| panic!("timed out after {DEADLINE:?}, waiting until {what}"));
}

fn process(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().expect("a process number"))
}

/// Allows the server's user to enter a directory that root created for the test.
pub fn allow_entry(directory: &Path) {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("a mode");
}
