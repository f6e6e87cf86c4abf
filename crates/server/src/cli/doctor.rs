//! `outlay doctor`: checks the installation and the database, and says how to fix what is wrong. It changes no data.

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use outlay_postgres::{Installation, MINIMUM_MAJOR};

use super::database::{Database, Purpose};
use crate::{
    config::DatabaseArgs,
    connect::{check, probe, without_password},
    report,
};

pub(super) async fn run(args: &DatabaseArgs) -> Result<ExitCode> {
    let mut findings = Findings::default();
    let healthy = match args.external_url() {
        Some(url) => external(&mut findings, &url).await,
        None => embedded(&mut findings, args).await,
    };
    if let Err(error) = healthy {
        findings.bad(&report::line(&error));
    }
    Ok(findings.verdict())
}

async fn external(findings: &mut Findings, url: &str) -> Result<()> {
    check(url)?;
    findings.good(&format!("external database: {}", without_password(url)));
    probe(url).await.context("the database cannot be reached")?;
    inspect(findings, url).await
}

async fn embedded(findings: &mut Findings, args: &DatabaseArgs) -> Result<()> {
    let installation = Installation::find()?;
    findings.good(&format!(
        "PostgreSQL {} in {}",
        installation.major(),
        installation.bin_dir().display()
    ));
    let directory = match &args.data_dir {
        Some(directory) => directory.clone(),
        None => outlay_postgres::default_data_dir()?,
    };
    if !directory.join("data").exists() {
        findings.good(&format!(
            "no database in {} yet: the first start creates it",
            directory.display()
        ));
        return Ok(());
    }
    let database = Database::open(args, Purpose::Command).await?;
    let state = match database.cluster() {
        Some(_) => "idle",
        None => "in use by a server",
    };
    findings.good(&format!("database in {}, {state}", directory.display()));
    let inspected = inspect(findings, &database.settings().url).await;
    let stopped = database.stop().await;
    inspected.and(stopped)
}

async fn inspect(findings: &mut Findings, url: &str) -> Result<()> {
    let found = outlay_tenancy::inspect(url).await;
    let found = found.context("the database cannot be inspected")?;
    findings.good(&format!("connected: PostgreSQL {}", found.server_version));
    ensure!(
        found.major >= MINIMUM_MAJOR.cast_signed(),
        "PostgreSQL {MINIMUM_MAJOR} or newer is required"
    );
    ensure!(
        found.has_request_role || found.may_create_roles,
        "the role outlay_request does not exist and this login cannot create it: grant it CREATEROLE"
    );
    let Some(organizations) = found.organizations else {
        findings.good("no tables of Outlay yet: the first start creates them");
        return Ok(());
    };
    findings.good(&format!("organizations: {}", organizations.total));
    ensure!(
        organizations.ahead == 0,
        "{} organizations were migrated by a newer version of outlay: use that version",
        organizations.ahead
    );
    ensure!(
        organizations.behind == 0,
        "{} organizations have pending migrations: run outlay migrate",
        organizations.behind
    );
    findings.good("every organization is up to date");
    Ok(())
}

/// The findings, which are printed at once.
#[derive(Default)]
struct Findings {
    bad: bool,
}

impl Findings {
    #[expect(
        clippy::unused_self,
        reason = "good and bad findings are reported in the same way"
    )]
    fn good(&self, finding: &str) {
        println!("  ✓ {finding}");
    }

    fn bad(&mut self, finding: &str) {
        self.bad = true;
        println!("  ✗ {finding}");
    }

    fn verdict(self) -> ExitCode {
        if self.bad {
            return ExitCode::FAILURE;
        }
        println!("\n  No problems found.");
        ExitCode::SUCCESS
    }
}
