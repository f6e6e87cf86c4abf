//! Tests that nothing remains of a cluster whose process was killed with SIGKILL.

mod support;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use outlay_postgres::{Cluster, Options};
use support::{is_running, query, wait_until};

/// The environment variable that makes `victim` start a cluster: in this directory, or ephemeral if it is empty.
const VICTIM: &str = "OUTLAY_TEST_VICTIM";

/// Not a test by itself: the tests below run it in a separate process, which they kill.
#[tokio::test]
async fn victim() {
    let Some(directory) = env::var_os(VICTIM) else {
        return;
    };
    let options = if directory.is_empty() {
        Options::ephemeral()
    } else {
        Options::persistent(directory)
    };
    println!("\nstarting");
    let cluster = Cluster::start(options).await.expect("a start");
    println!("\npid={}", cluster.pid());
    println!("directory={}", cluster.directory().display());
    println!("ready");
    std::future::pending::<()>().await;
}

/// The process that runs `victim`.
struct Victim {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Victim {
    fn start(directory: &str, temporary: Option<&Path>) -> Self {
        let mut command = Command::new(env::current_exe().expect("a path"));
        command
            .args(["--exact", "victim", "--nocapture"])
            .env(VICTIM, directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(temporary) = temporary {
            command.env("TMPDIR", temporary);
        }
        let mut process = command.spawn().expect("a process");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, output }
    }

    /// Reads the output up to `line`, and returns the value of each `name=value` line before it.
    fn read_until(&mut self, line: &str) -> Vec<String> {
        let mut values = Vec::new();
        for read in self.output.by_ref().lines().map(|read| read.expect("text")) {
            if read == line {
                return values;
            }
            values.extend(read.split_once('=').map(|(_, value)| value.to_owned()));
        }
        panic!("the victim ended before it printed {line:?}");
    }

    fn kill(mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("its end");
        // The output ends with the process: neither the server nor the watchdog keeps it open.
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("the end");
    }
}

#[tokio::test]
async fn an_ephemeral_cluster_ends_with_its_process() {
    let mut victim = Victim::start("", None);
    let values = victim.read_until("ready");
    let (pid, directory) = (
        values[0].parse().expect("a number"),
        PathBuf::from(&values[1]),
    );
    assert!(is_running(pid) && directory.exists());
    victim.kill();
    wait_until("the server is gone", || !is_running(pid)).await;
    wait_until("the directory is removed", || !directory.exists()).await;
}

#[tokio::test]
async fn a_persistent_cluster_can_be_started_again_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut victim = Victim::start(directory.path().to_str().expect("text"), None);
    let values = victim.read_until("ready");
    let pid: u32 = values[0].parse().expect("a number");
    victim.kill();
    // The server is probably still shutting down.
    let cluster = Cluster::start(Options::persistent(directory.path()))
        .await
        .expect("a start");
    assert!(!is_running(pid));
    assert_eq!(query(&cluster, "SELECT 'fine'").await, "fine");
    cluster.stop().await.expect("a clean stop");
    let log = fs::read_to_string(directory.path().join("postgres.log.1")).expect("a log");
    assert!(!log.contains("not properly shut down"), "{log}");
}

/// At any moment of a start, a kill leaves neither an incomplete cluster nor a running server.
#[tokio::test]
async fn a_kill_during_a_start_leaves_nothing() {
    for moment in 0..12 {
        let temporary = tempfile::tempdir_in("/tmp").expect("a directory");
        support::allow_entry(temporary.path());
        let mut victim = Victim::start("", Some(temporary.path()));
        victim.read_until("starting");
        // The moments are spread over a start, which takes about half a second.
        tokio::time::sleep(std::time::Duration::from_millis(50 * moment)).await;
        victim.kill();
        wait_until("the directory is removed", || is_bare(temporary.path())).await;
    }
}

/// Whether there is no file below `directory`. Empty directories are allowed: about a millisecond passes between
/// the creation of a directory and the start of the sweeper.
fn is_bare(directory: &Path) -> bool {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .all(|path| path.is_dir() && is_bare(&path))
}
