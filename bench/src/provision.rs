//! Measures the creation of organizations through the API. The floor is the DDL of the same schema in one batch and
//! transaction.

use std::fs;
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::database::Database;
use crate::http;
use crate::measure::Bench;
use crate::process;
use crate::report::{Row, Target};
use crate::server::WORKSPACE;

const SIGN_UP: &str = include_str!("../documents/sign-up.graphql");
const CREATE_ORGANIZATION: &str = include_str!("../documents/create-organization.graphql");

/// The maximum time of a new organization, relative to the DDL alone.
const TARGET: f64 = 1.5;

/// The database role of requests.
const REQUEST_ROLE: &str = "outlay_request";

/// Measures the time of creating an organization, one after the other.
pub fn measure(bench: &Bench<'_>) -> Result<Row> {
    let ddl = ddl().context("cannot read the tenants' migrations")?;
    eprintln!("provisioning: floor …");
    let before = floor(bench, &ddl, "before")?;

    eprintln!("provisioning: server …");
    process::reset_peak(bench.server.pid());
    let started = bench.cpu_times()?;
    let clock = Instant::now();
    let times = create(bench)?;
    let seconds = clock.elapsed().as_secs_f64();
    let used = bench.cpu_times()? - started;
    let server_mib = process::peak_mib(bench.server.pid())?;
    let database_mib = process::database_mib(bench.database.postmaster)?;

    eprintln!("provisioning: floor again …");
    let after = floor(bench, &ddl, "after")?;
    let ours = percentile(&times, 50);
    let each = |cpu_seconds: f64| cpu_seconds * 1_000.0 / f64::from(bench.options.created);
    Ok(Row {
        name: "provisioning",
        unit: " ms",
        ours,
        p50_ms: ours,
        p99_ms: percentile(&times, 99),
        floors: [before, after],
        ratio: ours * 2.0 / (before + after),
        target: Some(Target::AtMost(TARGET)),
        server_cpu_ms: each(used.server),
        database_cpu_ms: each(used.database),
        generator_cpu_ms: each(used.generator),
        others_cpu: used.others() / seconds,
        server_mib,
        database_mib,
        other_floor: None,
    })
}

/// Creates organizations through the API. Returns the time of each in milliseconds, sorted.
fn create(bench: &Bench<'_>) -> Result<Vec<f64>> {
    let address = bench.server.address;
    // In a kept directory, the names of earlier runs exist already.
    let run = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let user = json!({
        "email": format!("bench-{run}@example.com"),
        "password": format!("correct horse battery staple {run}"),
        "displayName": "Bench",
    });
    let data = http::graphql(address, None, SIGN_UP, &user)?;
    let token = data["signUp"]["session"]["accessToken"].as_str();
    let token = token.with_context(|| format!("signUp returned no session: {data}"))?;

    let mut times = Vec::new();
    for number in 0..bench.options.created {
        let input = json!({
            "name": format!("Bench {number}"),
            "slug": format!("bench-{run}-{number}"),
            "baseCurrency": "EUR",
        });
        let started = Instant::now();
        let data = http::graphql(address, Some(token), CREATE_ORGANIZATION, &input)?;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        let id = &data["createOrganization"]["organization"]["id"];
        ensure!(id.is_string(), "no organization was created: {data}");
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Returns the median time of creating a schema in milliseconds, as reported by psql, on one connection. The schemas
/// are dropped afterwards.
fn floor(bench: &Bench<'_>, ddl: &str, run: &str) -> Result<f64> {
    let schemas: Vec<_> = (0..bench.options.created)
        .map(|number| format!("bench_floor_{run}_{number}"))
        .collect();
    let batches: Vec<_> = schemas
        .iter()
        .map(|schema| ddl.replace("{tenant}", schema))
        .collect();
    drop_schemas(bench.database, &schemas)?;
    let commands = ["\\timing on"]
        .into_iter()
        .chain(batches.iter().map(String::as_str));
    let output = bench.database.run(commands)?;
    drop_schemas(bench.database, &schemas)?;

    let times = output
        .lines()
        .filter_map(|line| line.strip_prefix("Time: ")?.split(' ').next()?.parse().ok());
    let mut times: Vec<f64> = times.collect();
    ensure!(
        times.len() == schemas.len(),
        "psql reported no times: {output}"
    );
    times.sort_by(f64::total_cmp);
    Ok(percentile(&times, 50))
}

fn drop_schemas(database: &Database, schemas: &[String]) -> Result<()> {
    let drops = schemas
        .iter()
        .map(|schema| format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE"));
    let drops: Vec<_> = ["SET client_min_messages = warning".to_owned()]
        .into_iter()
        .chain(drops)
        .collect();
    database.run(drops.iter().map(String::as_str)).map(drop)
}

/// Returns all tenant migrations and the grants on their tables, with the placeholder `{tenant}`.
fn ddl() -> Result<String> {
    let directory = Path::new(WORKSPACE).join("migration/src/tenant");
    let entries = fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut ddl = String::new();
    for file in files {
        ddl += &fs::read_to_string(file)?;
    }
    let tables = ddl
        .lines()
        .filter_map(|line| line.strip_prefix("CREATE TABLE "));
    let tables: Vec<_> = tables
        .filter_map(|rest| rest.split_whitespace().next())
        .collect();
    let grants = format!(
        "GRANT USAGE ON SCHEMA \"{{tenant}}\" TO {REQUEST_ROLE};
         GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {REQUEST_ROLE};",
        tables.join(", ")
    );
    Ok(ddl + &grants)
}

/// Returns a percentile of sorted values.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}
