//! `outlay demo`: generates organizations, and writes what a client needs to use them.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use anyhow::{Context, Result};
use clap::Args;
use futures::{StreamExt, stream};

use super::with_outlay;
use crate::{
    config::DatabaseArgs,
    demo::fleet::{self, Plan},
    progress,
};

/// The number of organizations that are generated concurrently.
const PARALLEL: usize = 3;

/// The options of `outlay demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Number of organizations, named demo-001 and so on
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    organizations: u32,
    /// Members of each organization, including the owner
    #[arg(long, value_name = "NUMBER", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    members: u32,
    /// Expenses of each organization
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    expenses: u32,
    /// Seed of the random data; the same seed generates the same data on the same day
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// File to write, with one line of JSON for each organization: slug, token of the owner, ids
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(args: &DemoArgs, database: &DatabaseArgs) -> Result<()> {
    let context = || format!("--out {}: cannot be written", args.out.display());
    // The file contains tokens, so only the current user may read it.
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = BufWriter::new(file.open(&args.out).with_context(context)?);
    let plan = Plan {
        members: args.members as usize,
        expenses: args.expenses as usize,
        seed: args.seed,
        today: chrono::Utc::now().date_naive(),
    };
    with_outlay(database, async |outlay| {
        let bar = progress::bar(args.organizations.into(), "filling");
        let plan = &plan;
        let outlay = &*outlay;
        let lines = stream::iter(1..=args.organizations)
            .map(|number| fleet::create(outlay, plan, number))
            .buffered(PARALLEL);
        let mut lines = std::pin::pin!(lines);
        while let Some(line) = lines.next().await {
            let line = serde_json::to_string(&line?)?;
            writeln!(file, "{line}").with_context(context)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        file.flush().with_context(context)
    })
    .await?;
    println!(
        "{} organizations of {} members and {} expenses; tokens and ids are in {}.",
        args.organizations,
        args.members,
        args.expenses,
        args.out.display()
    );
    Ok(())
}
