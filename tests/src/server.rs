//! Starts real server processes on a real database.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use outlay_postgres::{Cluster, Options};
use tokio::sync::OnceCell;

use crate::Client;

/// The password of all users created by the tests.
pub const PASSWORD: &str = "correct horse battery";

/// Disables the rate limit for addresses, because all tests use one address.
const UNLIMITED: &[&str] = &["--address-rate", "0"];

/// A shell script that starts the server and kills it when this process ends, even by SIGKILL: `cat` then reads the end
/// of its pipe.
const GUARD: &str = r#""$@" & server=$!; cat >/dev/null; kill -9 "$server""#;

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static SERVER: OnceCell<Server> = OnceCell::const_new();
static SECOND: OnceCell<Server> = OnceCell::const_new();

/// Returns the PostgreSQL of this test run. It ends with the run.
///
/// # Panics
/// If it cannot be started.
pub async fn cluster() -> &'static Cluster {
    CLUSTER
        .get_or_init(async || {
            Cluster::start(Options::ephemeral())
                .await
                .expect("PostgreSQL starts")
        })
        .await
}

/// Returns the server shared by most tests.
///
/// # Panics
/// If it cannot be started.
pub async fn server() -> &'static Server {
    SERVER
        .get_or_init(async || Server::start(&database_url().await, UNLIMITED).await)
        .await
}

/// Returns a second server process on the same database.
///
/// # Panics
/// If it cannot be started.
pub async fn second_server() -> &'static Server {
    server().await;
    SECOND
        .get_or_init(async || Server::start(&database_url().await, UNLIMITED).await)
        .await
}

/// The owner's URL of the shared server's database.
pub async fn database_url() -> String {
    cluster().await.url("outlay", "outlay")
}

/// Creates an empty database for one test and returns its URL.
///
/// # Panics
/// If it cannot be created.
pub async fn new_database() -> String {
    let name = crate::unique("db").replace('-', "_");
    let psql = cluster().await.installation().program("psql");
    let created = Command::new(psql)
        .arg(cluster().await.url("outlay", "postgres"))
        .args(["-qc", &format!("CREATE DATABASE {name}")])
        .status();
    assert!(created.expect("psql runs").success());
    cluster().await.url("outlay", &name)
}

/// Returns the path of the server's program, which is in the parent of the directory of the test program.
///
/// # Panics
/// If the current program is not a test.
#[must_use]
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a program");
    let folder = test.parent().and_then(Path::parent).expect("a folder");
    folder.join("outlay-under-test")
}

/// A server process. It is not bound to a tokio runtime, so tests with separate runtimes can share it.
pub struct Server {
    /// The server's URL, such as `http://127.0.0.1:40123`.
    pub url: String,
    log: Arc<Mutex<Vec<String>>>,
    child: Child,
    guarded: bool,
}

impl Server {
    /// Starts a server on a database with additional arguments, and waits until it listens.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(database_url: &str, arguments: &[&str]) -> Self {
        let request_url = database_url.replace("postgres://outlay@", "postgres://outlay_request@");
        let mut command = Command::new("sh");
        command
            .args(["-c", GUARD, "guard"])
            .arg(program())
            .arg("serve")
            .args([
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
                "--log",
                "info,outlay::sql=debug",
            ])
            .args([
                "--database-url",
                database_url,
                "--request-database-url",
                &request_url,
            ])
            .args(arguments);
        Self::spawn(command, true).await
    }

    /// Starts a server with an embedded database in this directory. It has no guard and is killed when dropped.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start_embedded(directory: &Path) -> Self {
        let mut command = Command::new(program());
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
                "--data-dir",
            ])
            .arg(directory);
        Self::spawn(command, false).await
    }

    async fn spawn(mut command: Command, guarded: bool) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .env_remove("DATABASE_URL")
            .spawn()
            .expect("the server starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (errors, kept) = (child.stderr.take().expect("stderr"), log.clone());
        // Threads instead of tasks: a test's tasks end with the test and would close the pipes.
        let reader = thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                kept.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }
        });
        let output = BufReader::new(child.stdout.take().expect("stdout"));
        let (found, url) = mpsc::channel();
        thread::spawn(move || announce_url(output, &found));
        let url = tokio::task::spawn_blocking(move || url.recv())
            .await
            .expect("a thread");
        let Ok(url) = url else {
            reader.join().expect("a reader");
            let log = log.lock().unwrap_or_else(PoisonError::into_inner);
            panic!("the server did not print its URL:\n{}", log.join("\n"))
        };
        Self {
            url,
            log,
            child,
            guarded,
        }
    }

    /// Returns a client that is not signed in.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// The id of the child process: the server, or its guard.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The process id of the server. If the server is guarded, this is a child of the guard.
    #[must_use]
    pub fn program_pid(&self) -> Option<u32> {
        let pid = self.child.id();
        if !self.guarded {
            return Some(pid);
        }
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
        let mut children = children.split_whitespace();
        let program = children.find(|pid| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
            name.is_ok_and(|name| name.starts_with("outlay"))
        });
        program?.parse().ok()
    }

    /// The resident memory of the server in bytes; `None` on systems without `/proc`.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    /// The peak resident memory of the server in bytes.
    ///
    /// # Panics
    /// On systems without `/proc`.
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:").expect("the server's status")
    }

    fn status(&self, name: &str) -> Option<u64> {
        let pid = self.program_pid()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with(name))?;
        let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// The lines of the server's log that contain a text.
    #[must_use]
    pub fn log_lines(&self, text: &str) -> Vec<serde_json::Value> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter()
            .filter(|line| line.contains(text))
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits until the log reports the end of a request, and returns the SQL statements of the request in order.
    ///
    /// # Panics
    /// If the log does not report the end in time.
    pub async fn statements(&self, request_id: &str) -> Vec<String> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            let lines = self.log_lines(request_id);
            if lines.iter().any(|line| line["message"] == "done") {
                let sql = lines.iter().filter_map(|line| line["sql"].as_str());
                return sql.map(str::to_owned).collect();
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "the log does not report the end of {request_id}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Kills the child process with SIGKILL.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(mut self) {
        self.child.kill().expect("it dies");
        self.child.wait().expect("it ends");
    }

    /// Stops the child process with SIGTERM, as an operator does, and returns its exit code.
    ///
    /// # Panics
    /// If the signal cannot be sent.
    pub async fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("kill runs")
                .success()
        );
        tokio::task::spawn_blocking(move || self.child.wait().expect("it ends").code())
            .await
            .expect("a thread")
    }

    /// Closes the guard's pipe, which kills a guarded server, and waits for the end.
    pub async fn stop(mut self) {
        drop(self.child.stdin.take());
        let _ = tokio::task::spawn_blocking(move || self.child.wait()).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A guard must not be killed: it kills the server when its pipe closes.
        drop(self.child.stdin.take());
        if !self.guarded {
            let _ = self.child.kill();
        }
    }
}

/// Sends the URLs that the server prints. Reads all output, so that the server is never blocked by a full pipe.
fn announce_url(output: impl BufRead, found: &mpsc::Sender<String>) {
    for line in output.lines().map_while(Result::ok) {
        if let Some(start) = line.find("http://127.0.0.1:") {
            let rest = &line[start..];
            let end = rest["http://".len()..]
                .find(['/', ' '])
                .map_or(rest.len(), |end| end + "http://".len());
            let _ = found.send(rest[..end].to_owned());
        }
    }
}
