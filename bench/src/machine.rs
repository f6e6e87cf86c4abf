//! Describes the environment of a run.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::database::Database;
use crate::options::Options;
use crate::server::WORKSPACE;

/// The machine, the versions of the programs and the size of the run.
#[derive(Debug, Serialize)]
pub struct Machine {
    date: String,
    commit: String,
    cores: usize,
    processor: String,
    /// The load average of the minute before the run. Above zero, other processes were running.
    load_before: String,
    outlay: String,
    postgres: String,
    wrk: String,
    organizations: u32,
    expenses: u32,
    connections: u32,
    seconds: u32,
    warmup: u32,
    /// Settings of the server that differ from its defaults.
    settings: Vec<String>,
}

impl Machine {
    /// Queries the system and the programs.
    pub fn describe(
        options: &Options,
        program: &Path,
        database: &Database,
        wrk: String,
        load_before: String,
    ) -> Self {
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        Self {
            date: output_of(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%MZ"])),
            commit: commit(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            processor: model
                .unwrap_or_default()
                .trim_start_matches(['\t', ' ', ':'])
                .to_owned(),
            load_before,
            outlay: output_of(Command::new(program).arg("--version")),
            postgres: database.version(),
            wrk,
            organizations: options.organizations,
            expenses: options.expenses,
            connections: options.connections,
            seconds: options.seconds,
            warmup: options.warmup(),
            settings: options.set.clone(),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{} · {} cores, {}, load before {} · {}, {}, {} · commit {}",
            self.date,
            self.cores,
            self.processor,
            self.load_before,
            self.outlay,
            self.postgres,
            self.wrk,
            self.commit,
        )?;
        write!(
            f,
            "{} organizations × {} expenses · {} connections, a random tenant for each request · {} s after {} s of warm-up",
            self.organizations, self.expenses, self.connections, self.seconds, self.warmup,
        )?;
        self.settings
            .iter()
            .try_for_each(|setting| write!(f, " · {setting}"))
    }
}

/// The load average of the last minute.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn commit() -> String {
    let git =
        |arguments: &[&str]| output_of(Command::new("git").current_dir(WORKSPACE).args(arguments));
    let commit = git(&["rev-parse", "--short", "--verify", "--quiet", "HEAD"]);
    match (commit.as_str(), git(&["status", "--porcelain"]).is_empty()) {
        ("", _) => "none".to_owned(),
        (commit, true) => commit.to_owned(),
        (commit, false) => format!("{commit} with changes"),
    }
}

fn output_of(command: &mut Command) -> String {
    let output = command.output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
