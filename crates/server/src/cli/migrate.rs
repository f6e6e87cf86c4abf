//! `outlay migrate`: migrates the shared schema and then the schemas of all organizations.

use anyhow::{Result, bail};
use clap::Args;

use super::with_outlay;
use crate::{config::DatabaseArgs, progress};

/// The options of `outlay migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Number of organizations that are migrated concurrently
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..))]
    parallel: u8,
}

pub(super) async fn run(args: &MigrateArgs, database: &DatabaseArgs) -> Result<()> {
    let report = with_outlay(database, async |outlay| {
        // Opening the system has migrated the shared schema.
        let tenancy = outlay.tenancy();
        let bar = progress::bar(tenancy.pending_migrations().await?, "migrating");
        let report = tenancy.migrate_tenants(args.parallel.into(), |outcome| {
            bar.set_message(outcome.slug.clone());
            bar.inc(1);
        });
        let report = report.await?;
        bar.finish_and_clear();
        Ok(report)
    })
    .await?;
    let all = report.migrated + report.failed.len();
    if all == 0 {
        println!("Everything is up to date.");
        return Ok(());
    }
    for (organization, error) in &report.failed {
        eprintln!("  {organization}: {error}");
    }
    if !report.failed.is_empty() {
        bail!(
            "{} of {all} organizations were not migrated and keep their old version: fix the errors above and run it again",
            report.failed.len()
        );
    }
    println!("{all} organizations migrated.");
    Ok(())
}
