//! The server's own PostgreSQL, reached by the programs that belong to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The embedded cluster's superuser and its database.
const NAME: &str = "outlay";

/// A running cluster.
#[derive(Debug)]
pub struct Database {
    /// Its first process.
    pub postmaster: u32,
    port: String,
    socket: PathBuf,
    programs: PathBuf,
}

impl Database {
    /// Finds the cluster that runs in the server's data directory by the file that PostgreSQL writes for that.
    pub fn find(data_dir: &Path) -> Result<Self> {
        let file = data_dir.join("data/postmaster.pid");
        let text =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let line = |index: usize| text.lines().nth(index).map(str::trim).unwrap_or_default();
        let postmaster = line(0)
            .parse()
            .with_context(|| format!("no process in {}", file.display()))?;
        let program = fs::read_link(format!("/proc/{postmaster}/exe"))
            .context("cannot find PostgreSQL's program")?;
        Ok(Self {
            postmaster,
            port: line(3).to_owned(),
            socket: line(4).into(),
            programs: program
                .parent()
                .context("PostgreSQL's program is nowhere")?
                .to_owned(),
        })
    }

    /// One of PostgreSQL's programs, told how to reach this cluster.
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

    /// Runs batches of SQL one after the other on one connection, each in a transaction of its own unless it says
    /// otherwise; what they return, a line a row.
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

    /// Vacuums, so that the first load does not pay for the filling.
    pub fn settle(&self) -> Result<()> {
        self.run(["VACUUM (ANALYZE)", "CHECKPOINT"]).map(drop)
    }

    /// The version of the programs.
    pub fn version(&self) -> String {
        let output = Command::new(self.programs.join("postgres"))
            .arg("--version")
            .output();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default()
    }
}
