//! `outlay doctor`: what is here, what is missing, and the way out; it changes nothing that is there.

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use outlay_migration::tenant_version;
use outlay_postgres::{Installation, MINIMUM_MAJOR};
use sea_orm::{ConnectOptions, ConnectionTrait, Database as Sea, DatabaseConnection, Statement};

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
    findings.good(&format!("database of your own: {}", without_password(url)));
    probe(url).await.context("it does not answer")?;
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
            "no database in {} yet: the first start makes it",
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
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let database = Sea::connect(options)
        .await
        .context("the database cannot be reached")?;
    let examined = examine(findings, &database).await;
    let closed = database.close().await;
    examined?;
    Ok(closed?)
}

async fn examine(findings: &mut Findings, database: &DatabaseConnection) -> Result<()> {
    let row = one(
        database,
        "SELECT current_setting('server_version') AS version,
                current_setting('server_version_num')::int / 10000 AS major,
                rolsuper OR rolcreaterole AS may_make_roles,
                EXISTS (SELECT FROM pg_roles WHERE rolname = 'outlay_request') AS has_role,
                to_regclass('outlay.organization') IS NOT NULL AS has_schema
         FROM pg_roles WHERE rolname = current_user",
    )
    .await?;
    let major: i32 = row.try_get("", "major")?;
    let version: String = row.try_get("", "version")?;
    findings.good(&format!("it answers: PostgreSQL {version}"));
    ensure!(
        major >= MINIMUM_MAJOR.cast_signed(),
        "PostgreSQL {MINIMUM_MAJOR} or newer is needed"
    );
    let role: bool = row.try_get("", "has_role")?;
    let may_make: bool = row.try_get("", "may_make_roles")?;
    ensure!(
        role || may_make,
        "the role outlay_request is missing and this login may not make it: give it CREATEROLE"
    );
    if !row.try_get::<bool>("", "has_schema")? {
        findings.good("no tables of Outlay yet: the first start makes them");
        return Ok(());
    }
    let newest = tenant_version();
    let row = one(
        database,
        &format!(
            "SELECT count(*) AS organizations,
                    count(*) FILTER (WHERE schema_version < {newest}) AS behind,
                    count(*) FILTER (WHERE schema_version > {newest}) AS ahead
             FROM outlay.organization"
        ),
    )
    .await?;
    let organizations: i64 = row.try_get("", "organizations")?;
    findings.good(&format!("organizations: {organizations}"));
    let ahead: i64 = row.try_get("", "ahead")?;
    ensure!(
        ahead == 0,
        "{ahead} organizations were migrated by a newer outlay: use that one"
    );
    let behind: i64 = row.try_get("", "behind")?;
    ensure!(
        behind == 0,
        "{behind} organizations wait for a migration: run outlay migrate"
    );
    findings.good("every organization is up to date");
    Ok(())
}

async fn one(database: &DatabaseConnection, sql: &str) -> Result<sea_orm::QueryResult> {
    let statement = Statement::from_string(sea_orm::DbBackend::Postgres, sql);
    let row = database.query_one_raw(statement).await?;
    row.context("the database answered nothing")
}

/// What was found, printed as it is found.
#[derive(Default)]
struct Findings {
    bad: bool,
}

impl Findings {
    #[expect(
        clippy::unused_self,
        reason = "the good and the bad are told the same way"
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
        println!("\n  All is well.");
        ExitCode::SUCCESS
    }
}
