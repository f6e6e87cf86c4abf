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

/// Expenses of many organizations, each in a schema of its own, behind one GraphQL API.
///
/// Without a command it serves; without a database URL it runs a private PostgreSQL of its own.
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
    /// Serve the API; what happens without a command
    Serve(HttpArgs),
    /// Bring the shared schema and every organization's up to date
    Migrate(migrate::MigrateArgs),
    /// Make organizations
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Make expenses of a CSV file of payments
    Import(import::ImportArgs),
    /// Print the GraphQL schema
    Schema,
    /// Fill organizations with data, for trials and benchmarks
    Demo(demo::DemoArgs),
    /// Say what is here and what is missing
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

/// Reads the arguments. The server's own options stand before or after `serve`, and with no other command.
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

/// An option of the server that was given before a command.
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
        .context("the runtime cannot be started")?;
    runtime.block_on(work)
}

/// Runs work of a command on an open system, and stops what was started for it, whatever comes of it.
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
    fn the_command_line_makes_sense() {
        super::Cli::command().debug_assert();
    }
}
