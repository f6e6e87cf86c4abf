//! A server as a value: what it holds, how it starts, and how it ends.

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

/// How long requests under way may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// How long the database may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Serves until `stop` is cancelled and the requests under way are finished, for 20 seconds at most.
pub async fn serve(listener: TcpListener, app: App, stop: CancellationToken) {
    let serving = async {
        connections::serve(listener, &app, &stop).await;
        app.streams().ended().await;
    };
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = serving => {}
        () = deadline => {
            tracing::warn!("requests were still under way after {} s and are given up", GRACE.as_secs());
        }
    }
}

/// Ends the connections of a system that nobody uses any more.
pub async fn close(outlay: Arc<Outlay>) {
    let shared = outlay.tenancy().shared().clone();
    drop(outlay);
    // What a server in trouble does not answer in time is broken off with the process.
    let _ = tokio::time::timeout(GOODBYE, shared.close()).await;
}

/// How to start a server in process.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Where to accept connections; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// What the HTTP layer does.
    pub http: HttpSettings,
    /// What the domain does; its public URL is the server's own address when empty.
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

/// A server in this process; dropped without [`stop`](Self::stop), it stops accepting and is not waited for.
pub struct Running {
    address: SocketAddr,
    outlay: Arc<Outlay>,
    stop: DropGuard,
    task: JoinHandle<()>,
}

/// Starts a server on a database, with the shared schema and every tenant's brought up to date.
///
/// # Errors
/// When the address is taken or the database cannot be used.
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
    /// Where it accepts connections.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        browser_url(self.address)
    }

    /// Where it takes GraphQL requests.
    #[must_use]
    pub fn graphql_url(&self) -> String {
        format!("{}/graphql", self.url())
    }

    /// The system that it serves.
    #[must_use]
    pub fn outlay(&self) -> &Arc<Outlay> {
        &self.outlay
    }

    /// Lets requests under way finish, and closes the connections to the database.
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
