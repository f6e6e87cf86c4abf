//! Creates the organizations of the benchmark with `outlay demo`.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::options::Options;
use crate::server;

/// The maximum age of reused data: tokens are valid for a day, and a run needs some time.
const MAX_AGE: Duration = Duration::from_hours(22);

/// An organization in the output of `outlay demo`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// The slug of the organization.
    pub slug: String,
    /// A bearer token of the owner.
    pub token: String,
    /// Global ids of the departments.
    pub department_ids: Vec<String>,
    /// Global ids of the categories.
    pub category_ids: Vec<String>,
    /// Global ids of the budgets.
    pub budget_ids: Vec<String>,
}

/// Returns the organizations in `data_dir`: those listed in `file` by an earlier run, or new ones.
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
        .with_context(|| format!("cannot parse {}", file.display()))?;
    ensure!(
        organizations.len() == options.organizations as usize,
        "{} lists {} organizations, not {}: use another directory",
        file.display(),
        organizations.len(),
        options.organizations,
    );
    Ok(organizations)
}

fn is_fresh(file: &Path) -> bool {
    let written = fs::metadata(file).and_then(|metadata| metadata.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age < MAX_AGE))
}

fn fill(options: &Options, program: &Path, data_dir: &Path, file: &Path) -> Result<()> {
    // Written under another name until it is complete, so that the next run does not use an incomplete file.
    let unfinished = file.with_extension("unfinished");
    eprintln!(
        "creating {} organizations with {} expenses each …",
        options.organizations, options.expenses
    );
    let mut command = server::command(program, data_dir, &options.set);
    command.arg("demo");
    command
        .arg("--organizations")
        .arg(options.organizations.to_string());
    command.arg("--expenses").arg(options.expenses.to_string());
    command.arg("--out").arg(&unfinished);
    // Its output names the file before it is renamed.
    let status = command
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(status.success(), "outlay demo failed: {status}");
    fs::rename(&unfinished, file).with_context(|| format!("cannot write {}", file.display()))
}
