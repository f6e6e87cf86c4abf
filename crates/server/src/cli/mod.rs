//! The command line: `outlay [serve] | migrate | tenant … | import | schema | demo | doctor`.

mod database;
mod demo;
mod doctor;
mod greeting;
mod import;
mod migrate;
mod published;
mod schema;
mod serve;
mod tenant;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{
    ArgMatches, Args, Command as Clap, CommandFactory, FromArgMatches, Parser, Subcommand,
    error::ErrorKind, parser::ValueSource,
};

use self::database::{Database, Purpose};
use crate::{
    config::{DatabaseArgs, HttpArgs, LogArgs},
    report, telemetry,
};

/// Expense management for many organizations, each in its own PostgreSQL schema, with one GraphQL API.
///
/// Without a command, outlay serves the API. Without a database URL, it runs a private PostgreSQL server.
#[derive(Debug, Parser)]
#[command(name = "outlay", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    http: HttpArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    log: LogArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default command)
    Serve(HttpArgs),
    /// Migrate the shared schema and the schemas of all organizations
    Migrate(migrate::MigrateArgs),
    /// Manage organizations
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Import a CSV file of payments as expenses
    Import(import::ImportArgs),
    /// Print the GraphQL schema
    Schema,
    /// Generate organizations with data for trials and benchmarks
    Demo(demo::DemoArgs),
    /// Check the installation and the database
    Doctor,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = parse().unwrap_or_else(|error| error.exit());
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", report::line(&error));
            ExitCode::FAILURE
        }
    }
}

/// Parses the arguments. The options of the server can precede or follow `serve`; other commands reject them.
fn parse() -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let Some((name, _)) = matches.subcommand() {
        match misplaced(&matches) {
            Some(_) if name == "serve" => cli.command = None,
            Some(flag) => {
                let message = format!("--{flag} is an option of serve, not of {name}");
                return Err(command.error(ErrorKind::ArgumentConflict, message));
            }
            None => {}
        }
    }
    Ok(cli)
}

/// The name of a server option that precedes the command.
fn misplaced(matches: &ArgMatches) -> Option<String> {
    let server = HttpArgs::augment_args(Clap::new(""));
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let found = server
        .get_arguments()
        .find(|arg| given(arg.get_id().as_str()));
    found.and_then(|arg| arg.get_long().map(str::to_owned))
}

fn run(cli: Cli) -> Result<ExitCode> {
    let Cli {
        command,
        http,
        database,
        log,
    } = cli;
    let command = command.unwrap_or(Command::Serve(http));
    let level = match &command {
        Command::Serve(_) => "info",
        _ => "warn",
    };
    telemetry::init(&log, level)?;
    let work = async {
        match command {
            Command::Serve(http) => serve::run(&http, &database).await,
            Command::Migrate(args) => migrate::run(&args, &database).await,
            Command::Tenant(command) => tenant::run(command, &database).await,
            Command::Import(args) => import::run(&args, &database).await,
            Command::Schema => schema::run(),
            Command::Demo(args) => demo::run(&args, &database).await,
            Command::Doctor => return doctor::run(&database).await,
        }
        .map(|()| ExitCode::SUCCESS)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime cannot be started")?;
    runtime.block_on(work)
}

/// Runs the work of a command on an open system, and closes the system and the database afterwards.
async fn with_outlay<T>(
    args: &DatabaseArgs,
    work: impl AsyncFnOnce(std::sync::Arc<outlay_domain::Outlay>) -> Result<T>,
) -> Result<T> {
    let database = Database::open(args, Purpose::Command).await?;
    let done = async {
        let outlay =
            std::sync::Arc::new(database.outlay(outlay_domain::Settings::default()).await?);
        let done = work(outlay.clone()).await;
        crate::server::close(outlay).await;
        done
    }
    .await;
    let stopped = database.stop().await;
    let done = done?;
    stopped.map(|()| done)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
