//! What the tests ask of a cluster and of its processes.

// Each test binary uses its own part of this.
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

/// How long the tests wait for what is sure to happen.
const DEADLINE: Duration = Duration::from_secs(30);

pub async fn connect(cluster: &Cluster) -> PgConnection {
    let url = cluster.url(SUPERUSER, DATABASE);
    PgConnection::connect(&url).await.expect("a connection")
}

/// The one text that `sql` answers.
pub async fn query(cluster: &Cluster, sql: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(&mut connect(cluster).await)
        .await
        .expect("an answer")
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

/// Looks until `condition` holds: the end of a process that is not our child comes without notice.
pub async fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let looked = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, looked)
        .await
        .unwrap_or_else(|_| panic!("{what} within {DEADLINE:?}"));
}

fn process(pid: u32) -> Pid {
    Pid::from_raw(pid.try_into().expect("a process number"))
}

/// Lets the server's user through a directory that root made for the test.
pub fn allow_entry(directory: &Path) {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("a mode");
}
