//! Runs PostgreSQL's client programs on the server's embedded database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The name of the embedded cluster's superuser and database.
const NAME: &str = "outlay";

/// A running cluster.
#[derive(Debug)]
pub struct Database {
    /// The process id of the postmaster.
    pub postmaster: u32,
    port: String,
    socket: PathBuf,
    programs: PathBuf,
}

impl Database {
    /// Finds the cluster in the server's data directory by its `postmaster.pid`.
    pub fn find(data_dir: &Path) -> Result<Self> {
        let file = data_dir.join("data/postmaster.pid");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let line = |index: usize| text.lines().nth(index).map(str::trim).unwrap_or_default();
        let postmaster = line(0)
            .parse()
            .with_context(|| format!("no process id in {}", file.display()))?;
        let program = fs::read_link(format!("/proc/{postmaster}/exe"))
            .context("cannot find PostgreSQL's program")?;
        Ok(Self {
            postmaster,
            port: line(3).to_owned(),
            socket: line(4).into(),
            programs: program
                .parent()
                .context("PostgreSQL's program has no directory")?
                .to_owned(),
        })
    }

    /// Returns a command of one of PostgreSQL's client programs that connects to this cluster.
    pub fn program(&self, name: &str) -> Result<Command> {
        let beside = self.programs.join(name);
        ensure!(
            beside.exists(),
            "{} is missing: install PostgreSQL's client programs",
            beside.display()
        );
        let mut command = Command::new(beside);
        command
            .arg("-h")
            .arg(&self.socket)
            .args(["-p", &self.port, "-U", NAME]);
        command.env("PGDATABASE", NAME);
        Ok(command)
    }

    /// Runs batches of SQL one after the other on one connection, each in its own transaction unless it says otherwise.
    /// Returns their rows, one per line.
    pub fn run<'a>(&self, batches: impl IntoIterator<Item = &'a str>) -> Result<String> {
        let mut command = self.program("psql")?;
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        for batch in batches {
            command.arg("-c").arg(batch);
        }
        let output = command.output()?;
        ensure!(
            output.status.success(),
            "psql: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Vacuums and writes a checkpoint, so that the first load is not slowed by the creation of the data.
    pub fn settle(&self) -> Result<()> {
        self.run(["VACUUM (ANALYZE)", "CHECKPOINT"]).map(drop)
    }

    /// The version of PostgreSQL.
    pub fn version(&self) -> String {
        let output = Command::new(self.programs.join("postgres"))
            .arg("--version")
            .output();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default()
    }
}
