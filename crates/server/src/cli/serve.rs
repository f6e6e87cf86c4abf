//! `outlay serve`: starts the database, migrates it, and serves until a signal.

use std::{io, sync::Arc};

use anyhow::{Context, Error, Result, anyhow};
use outlay_domain::Outlay;
use tokio::net::TcpListener;

use super::{
    database::{Database, Purpose},
    greeting,
};
use crate::{
    config::{DatabaseArgs, HttpArgs},
    demo::acme,
    http::App,
    open_files::allow_many_open_files,
    progress, report,
    server::{self, browser_url},
    shutdown,
};

/// The number of tenants that are migrated concurrently.
const PARALLEL: usize = 2;

pub(super) async fn run(http: &HttpArgs, args: &DatabaseArgs) -> Result<()> {
    allow_many_open_files();
    // The port comes first, because it is the most likely to fail.
    let listener = bind(&http.listen).await?;
    let database = Database::open(args, Purpose::Serve).await?;
    let served = serve(listener, http, &database).await;
    let stopped = database.stop().await;
    served.and(stopped)
}

async fn serve(listener: TcpListener, http: &HttpArgs, database: &Database) -> Result<()> {
    let address = listener.local_addr()?;
    let settings = http.settings()?;
    let outlay = Arc::new(database.outlay(http.domain(address)?).await?);
    migrate(&outlay).await?;
    if let Some(cluster) = database.cluster() {
        let seeded = acme::seed(&outlay, cluster.directory()).await;
        log_failure(
            seeded,
            "the demo organization could not be created completely",
        );
    }
    let stop = shutdown::on_signal()?;
    let app = App::new(outlay.clone(), settings);
    let serving = tokio::spawn(server::serve(listener, app, stop.clone()));
    let greeted = greeting::print(&outlay, database, &browser_url(address)).await;
    log_failure(greeted, "the greeting could not be printed");
    tracing::info!(%address, "serving");
    let served = tokio::select! {
        served = serving => served.context("the server panicked"),
        ended = database.ended() => Err(ended),
    };
    server::close(outlay).await;
    if served.is_ok() {
        tracing::info!("stopped");
    }
    served
}

/// Migrates the tenants. Those that fail are logged, and served at their old version.
async fn migrate(outlay: &Outlay) -> Result<()> {
    let pending = outlay.tenancy().pending_migrations().await?;
    if pending == 0 {
        return Ok(());
    }
    let bar = progress::bar(pending, "migrating");
    let report = outlay.tenancy().migrate_tenants(PARALLEL, |_| bar.inc(1));
    let report = report.await?;
    bar.finish_and_clear();
    tracing::info!(migrated = report.migrated, "organizations are up to date");
    for (organization, error) in report.failed {
        tracing::error!(organization, %error, "not migrated: it is served at its old version");
    }
    Ok(())
}

/// Logs a failure that does not prevent serving.
fn log_failure(result: Result<()>, what: &str) {
    if let Err(error) = result {
        tracing::error!(cause = report::line(&error), "{what}");
    }
}

/// Binds the port, or explains why it cannot be bound.
async fn bind(listen: &str) -> Result<TcpListener> {
    TcpListener::bind(listen)
        .await
        .map_err(|error| refused(listen, error))
}

fn refused(listen: &str, error: io::Error) -> Error {
    let port = listen.rsplit(':').next().unwrap_or(listen);
    match error.kind() {
        io::ErrorKind::AddrInUse => anyhow!(
            "port {port} is in use: stop the program that listens on {listen}, or choose another port with --listen"
        ),
        io::ErrorKind::PermissionDenied => {
            anyhow!("port {port} requires root: choose a port above 1023 with --listen")
        }
        io::ErrorKind::AddrNotAvailable => {
            anyhow!(
                "{listen} is not an address of this machine: choose another address with --listen"
            )
        }
        io::ErrorKind::InvalidInput => {
            anyhow!("--listen {listen}: not an address and a port; write it like 127.0.0.1:8080")
        }
        _ => Error::new(error).context(format!("--listen {listen}: this address cannot be used")),
    }
}
