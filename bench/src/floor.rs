//! Measures the floor: the same work as plain SQL, by pgbench on the server's database.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::database::Database;
use crate::options::Options;
use crate::tenant::Tenant;

/// A floor with one script for each tenant. pgbench chooses a random script for each transaction; a variable cannot
/// name the schema in a prepared statement.
pub struct Floor<'a> {
    database: &'a Database,
    arguments: Vec<String>,
    options: &'a Options,
}

impl<'a> Floor<'a> {
    /// Creates `directory` and writes the scripts to it.
    pub fn new(
        database: &'a Database,
        options: &'a Options,
        tenants: &[Tenant],
        template: &str,
        directory: &Path,
    ) -> Result<Self> {
        fs::create_dir_all(directory)?;
        let mut arguments = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            let file = directory.join(format!("{}.sql", tenant.schema));
            fs::write(&file, tenant.script(database, template)?)?;
            arguments.push(format!("--file={}", file.display()));
        }
        Ok(Self {
            database,
            arguments,
            options,
        })
    }

    /// Runs pgbench and returns transactions per second, without the warm-up.
    pub fn run(&self) -> Result<f64> {
        let Options {
            connections,
            seconds,
            ..
        } = self.options;
        let warmup = self.options.warmup();
        let mut pgbench = self.database.program("pgbench")?;
        pgbench.args(["-M", "prepared", "-n", "-j", "1", "-P", "1"]);
        pgbench.arg("-c").arg(connections.to_string());
        pgbench.arg("-T").arg((warmup + seconds).to_string());
        pgbench.args(&self.arguments);
        let output = pgbench.output().context("cannot run pgbench")?;
        let progress = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            // Every client prints the same error; the first lines are enough.
            let errors = progress
                .lines()
                .filter(|line| !line.starts_with("progress"));
            bail!(errors.take(4).collect::<Vec<_>>().join("\n"));
        }
        rate(&progress, f64::from(warmup))
            .with_context(|| format!("pgbench reported no progress: {progress}"))
    }
}

/// Returns the mean rate of the lines `progress: 6.0 s, 5874.1 tps, lat …` after the warm-up. Each line is weighted by
/// its time span, because lines are late on a busy machine.
fn rate(progress: &str, warmup: f64) -> Option<f64> {
    let (mut before, mut seconds, mut transactions) = (0.0, 0.0, 0.0);
    for line in progress.lines() {
        let Some(rest) = line.strip_prefix("progress: ") else {
            continue;
        };
        let mut words = rest.split(' ');
        let at: f64 = words.next()?.parse().ok()?;
        let tps: f64 = words.nth(1)?.parse().ok()?;
        if before >= warmup - 0.5 {
            seconds += at - before;
            transactions += tps * (at - before);
        }
        before = at;
    }
    (seconds > 0.0).then(|| transactions / seconds)
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn the_warm_up_is_not_measured() {
        let progress = "pgbench (15.18)\n\
            progress: 1.0 s, 100.0 tps, lat 5.4 ms stddev 2.1, 0 failed\n\
            progress: 2.0 s, 900.0 tps, lat 5.4 ms stddev 2.1, 0 failed\n\
            progress: 4.0 s, 600.0 tps, lat 5.4 ms stddev 2.1, 0 failed\n";
        assert_eq!(rate(progress, 1.0), Some(700.0));
        assert_eq!(rate(progress, 9.0), None);
    }
}
