//! Builds, starts and stops the server under test.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::http;
use crate::options::Options;

/// The time limit for the server to become ready, and to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// The directory of the workspace.
pub const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Returns the path of the server's program. Builds it unless the options say otherwise.
pub fn program(options: &Options) -> Result<PathBuf> {
    if let Some(program) = &options.server {
        return Ok(program.clone());
    }
    if !options.skip_build {
        eprintln!("building the release server …");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--release", "--package", "outlay-server"]);
        let status = build.current_dir(WORKSPACE).status()?;
        ensure!(status.success(), "the build of the server failed");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| Path::new(WORKSPACE).join("target"), PathBuf::from);
    let program = target.join("release/outlay");
    ensure!(
        program.exists(),
        "{} is missing: run without --skip-build",
        program.display()
    );
    Ok(program)
}

/// Returns a command of the server's program with its embedded database and `settings`, each `NAME=VALUE`. Settings in
/// the caller's environment are removed.
pub fn command(program: &Path, data_dir: &Path, settings: &[String]) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name == "DATABASE_URL" || name.to_string_lossy().starts_with("OUTLAY_") {
            command.env_remove(name);
        }
    }
    command.envs(
        settings
            .iter()
            .filter_map(|setting| setting.split_once('=')),
    );
    command.env("OUTLAY_DATA_DIR", data_dir);
    command
}

/// A running server. Dropping it stops it.
pub struct Server {
    child: Child,
    /// The address it listens on.
    pub address: SocketAddr,
}

impl Server {
    /// Starts the server and waits until it is ready. Its output goes to `log`.
    pub fn start(program: &Path, data_dir: &Path, settings: &[String], log: &Path) -> Result<Self> {
        // The port is free now, and no other process is expected to take it before the server does.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let output = File::create(log)?;
        let mut command = command(program, data_dir, settings);
        command
            .arg("serve")
            .arg("--listen")
            .arg(address.to_string());
        command
            .stdin(Stdio::null())
            .stderr(output.try_clone()?)
            .stdout(output);
        let child = command
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let mut server = Self { child, address };
        server
            .wait_until_ready()
            .with_context(|| format!("see {}", log.display()))?;
        Ok(server)
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended: {status}");
            }
            if http::get(self.address, "/readyz").is_ok_and(|status| status == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the server was not ready after {PATIENCE:?}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Ok(pid) = i32::try_from(self.child.id()) else {
            return;
        };
        // On SIGTERM the server also stops PostgreSQL; after SIGKILL only the watchdog would.
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
    }
}
