//! The server under test: its build, its data, its process.

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

/// How long the server may take to be ready, or to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// The directory of the workspace.
pub const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The server's program, built when it is the workspace's own.
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
        ensure!(status.success(), "the server does not build");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| Path::new(WORKSPACE).join("target"), PathBuf::from);
    let program = target.join("release/outlay");
    ensure!(
        program.exists(),
        "{} is missing: leave out --skip-build",
        program.display()
    );
    Ok(program)
}

/// A command of the server's program on its embedded database with `settings`, each `NAME=VALUE`, whatever the caller's
/// environment says.
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

/// A running server; dropping it stops it.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts the server and waits until it can take requests. What it says goes to `log`.
    pub fn start(program: &Path, data_dir: &Path, settings: &[String], log: &Path) -> Result<Self> {
        // Free now, and nobody else here is looking for one.
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

    /// Its process.
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
        bail!("the server is not ready after {PATIENCE:?}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Ok(pid) = i32::try_from(self.child.id()) else {
            return;
        };
        // It takes PostgreSQL down with it; killed outright, it would leave that to a watchdog.
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
