//! Starting and stopping a server in this process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use outlay_domain::{Outlay, Settings};
use outlay_tenancy::DatabaseSettings;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    connect, connections,
    http::{App, HttpSettings},
};

/// The time for running requests to finish after the server is told to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// The time to close the connections to the database.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until `stop` is cancelled, and then waits at most 20 seconds for running requests.
pub async fn serve(listener: TcpListener, app: App, stop: CancellationToken) {
    let serving = async {
        connections::serve(listener, &app, &stop).await;
        app.streams().ended().await;
    };
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN_TIMEOUT).await;
    };
    tokio::select! {
        () = serving => {}
        () = deadline => {
            tracing::warn!("requests that were still running after {} s are aborted", DRAIN_TIMEOUT.as_secs());
        }
    }
}

/// Closes the database connections of a system that is no longer used.
pub async fn close(outlay: Arc<Outlay>) {
    let shared = outlay.tenancy().shared().clone();
    drop(outlay);
    // Connections that cannot be closed in time end with the process.
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, shared.close()).await;
}

/// The settings of a server in this process.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The address to listen on. The system chooses a port for port 0.
    pub listen: SocketAddr,
    /// The settings of the HTTP layer.
    pub http: HttpSettings,
    /// The settings of the domain. An empty public URL is replaced by the address of the server.
    pub domain: Settings,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: ([127, 0, 0, 1], 0).into(),
            http: HttpSettings::default(),
            domain: Settings {
                public_url: String::new(),
                ..Settings::default()
            },
        }
    }
}

/// A running server. Dropped without [`stop`](Self::stop), it stops accepting connections, and nothing waits for the
/// running requests.
pub struct Running {
    address: SocketAddr,
    outlay: Arc<Outlay>,
    stop: DropGuard,
    task: JoinHandle<()>,
}

/// Migrates the shared schema and all tenants of a database, and starts a server on it.
///
/// # Errors
/// When the address is in use or the database cannot be used.
pub async fn start(settings: ServerSettings, database: DatabaseSettings) -> Result<Running> {
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let mut domain = settings.domain;
    if domain.public_url.is_empty() {
        domain.public_url = browser_url(address);
    }
    let outlay = Arc::new(connect::open(database, domain).await?);
    outlay.tenancy().migrate_tenants(2, |_| {}).await?;
    let stop = CancellationToken::new();
    let app = App::new(outlay.clone(), settings.http);
    let task = tokio::spawn(serve(listener, app, stop.clone()));
    Ok(Running {
        address,
        outlay,
        stop: stop.drop_guard(),
        task,
    })
}

impl Running {
    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        browser_url(self.address)
    }

    /// The URL for GraphQL requests.
    #[must_use]
    pub fn graphql_url(&self) -> String {
        format!("{}/graphql", self.url())
    }

    /// The system that it serves.
    #[must_use]
    pub fn outlay(&self) -> &Arc<Outlay> {
        &self.outlay
    }

    /// Waits for running requests, and closes the connections to the database.
    ///
    /// # Errors
    /// When the server has panicked.
    pub async fn stop(self) -> Result<()> {
        let Self {
            outlay, stop, task, ..
        } = self;
        drop(stop);
        task.await.context("the server panicked")?;
        close(outlay).await;
        Ok(())
    }
}

/// The URL by which a browser on this machine reaches a server that listens on this address.
pub(crate) fn browser_url(listening: SocketAddr) -> String {
    let port = listening.port();
    match listening {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => format!("http://127.0.0.1:{port}"),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => format!("http://[::1]:{port}"),
        address => format!("http://{address}"),
    }
}
