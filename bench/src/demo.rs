//! The data: organizations made by `outlay demo`.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::options::Options;
use crate::server;

/// Tokens are good for a day; a run takes a part of one.
const TOKENS_LAST: Duration = Duration::from_hours(22);

/// What `outlay demo` says of an organization.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its name in host names.
    pub slug: String,
    /// A bearer token of its owner.
    pub token: String,
    /// Global ids of its departments.
    pub department_ids: Vec<String>,
    /// Global ids of its categories.
    pub category_ids: Vec<String>,
    /// Global ids of its budgets.
    pub budget_ids: Vec<String>,
}

/// The organizations in `data_dir`: those of an earlier run that `file` tells of, or new ones.
pub fn organizations(
    options: &Options,
    program: &Path,
    data_dir: &Path,
    file: &Path,
) -> Result<Vec<Organization>> {
    if !is_fresh(file) {
        fill(options, program, data_dir, file)?;
    }
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines = text.lines().map(serde_json::from_str);
    let organizations: Vec<Organization> = lines
        .collect::<Result<_, _>>()
        .with_context(|| format!("cannot understand {}", file.display()))?;
    ensure!(
        organizations.len() == options.organizations as usize,
        "{} tells of {} organizations, not {}: take another directory",
        file.display(),
        organizations.len(),
        options.organizations,
    );
    Ok(organizations)
}

fn is_fresh(file: &Path) -> bool {
    let written = fs::metadata(file).and_then(|metadata| metadata.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age < TOKENS_LAST))
}

fn fill(options: &Options, program: &Path, data_dir: &Path, file: &Path) -> Result<()> {
    // Under another name until it is whole: the next run must not believe a part of it.
    let unfinished = file.with_extension("unfinished");
    eprintln!(
        "filling {} organizations of {} expenses …",
        options.organizations, options.expenses
    );
    let mut command = server::command(program, data_dir, &options.set);
    command.arg("demo");
    command
        .arg("--organizations")
        .arg(options.organizations.to_string());
    command.arg("--expenses").arg(options.expenses.to_string());
    command.arg("--out").arg(&unfinished);
    // What it says at the end is about a file that is renamed.
    let status = command
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(status.success(), "outlay demo failed: {status}");
    fs::rename(&unfinished, file).with_context(|| format!("cannot write {}", file.display()))
}
