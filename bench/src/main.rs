//! Measures Outlay and, as the floor, plain SQL on the same data, machine and run.

mod database;
mod demo;
mod floor;
mod http;
mod machine;
mod measure;
mod options;
mod process;
mod provision;
mod report;
mod server;
mod tenant;
mod workload;
mod wrk;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;

use database::Database;
use machine::Machine;
use measure::Bench;
use options::{Case, Options};
use report::{Report, Row};
use server::Server;
use tenant::Tenant;
use workload::WORKLOADS;

fn main() -> Result<()> {
    let options = Options::parse();
    let wrk = wrk::version()?;
    let program = server::program(&options)?;
    let directory = Directory::open(options.keep.as_deref())?;
    let report = run(&options, &program, wrk, &directory.path)
        .context("with --keep DIR, the server's log stays in DIR/serve.log")?;
    if let Some(file) = &options.json {
        let json = serde_json::to_string_pretty(&report)?;
        fs::write(file, json + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("{report}");
    Ok(())
}

fn run(options: &Options, program: &Path, wrk: String, directory: &Path) -> Result<Report> {
    let data_dir = directory.join("outlay");
    let organizations =
        demo::organizations(options, program, &data_dir, &directory.join("demo.jsonl"))?;
    let load_before = machine::load_average();
    let server = Server::start(
        program,
        &data_dir,
        &options.set,
        &directory.join("serve.log"),
    )?;
    let database = Database::find(&data_dir)?;
    database.settle()?;
    let slugs: Vec<_> = organizations
        .iter()
        .map(|organization| organization.slug.as_str())
        .collect();
    let tenants = Tenant::all(&database, &slugs)?;
    let bench = Bench {
        options,
        server: &server,
        database: &database,
        organizations: &organizations,
        tenants: &tenants,
        directory,
    };
    Ok(Report {
        rows: rows(&bench)?,
        machine: Machine::describe(options, program, &database, wrk, load_before),
    })
}

/// Measures the cases in order: provisioning runs before cases that add rows.
fn rows(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for workload in &WORKLOADS {
        if workload.case == Case::CreateExpense && bench.options.wants(Case::Provisioning) {
            rows.push(provision::measure(bench).context("provisioning")?);
        }
        if bench.options.wants(workload.case) {
            rows.push(bench.measure(workload)?);
        }
    }
    Ok(rows)
}

/// The directory of the run's data, removed at the end unless `keep` is set.
struct Directory {
    path: PathBuf,
    keep: bool,
}

impl Directory {
    fn open(kept: Option<&Path>) -> Result<Self> {
        let temporary =
            || std::env::temp_dir().join(format!("outlay-bench-{}", std::process::id()));
        let path = kept.map_or_else(temporary, Path::to_owned);
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        // PostgreSQL does not run as root, and its user must be able to enter.
        fs::set_permissions(&path, Permissions::from_mode(0o711))?;
        let path = fs::canonicalize(path)?;
        Ok(Self {
            path,
            keep: kept.is_some(),
        })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
