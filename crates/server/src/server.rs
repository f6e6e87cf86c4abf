//! A server as a value: what it holds, how it starts, and how it ends.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use axum::http::HeaderValue;
use outlay_domain::{Outlay, Settings};
use outlay_graphql::{OutlaySchema, SchemaSettings};
use outlay_tenancy::DatabaseSettings;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    config::browser_url,
    connections, database,
    http::{LiveSettings, Streams, Unsent, rate::Rates},
};

pub use crate::http::rate::{Rate, RateLimits};

/// How long requests under way may take to finish once the server is told to stop.
const GRACE: Duration = Duration::from_secs(20);

/// How long the database may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// What an operator may set about HTTP.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Organizations are called by `<slug>.<base domain>`; lower case, without a port.
    pub base_domain: String,
    /// The largest request without files.
    pub max_body_bytes: usize,
    /// The largest request with files, all together.
    pub max_upload_bytes: u64,
    /// The largest response, the responses of a batch together.
    pub max_response_bytes: usize,
    /// The most bytes of all responses that clients have not read yet; an organization may take a quarter.
    pub max_unsent_bytes: usize,
    /// How long one request may take, its upload included.
    pub request_timeout: Duration,
    /// How long a connection may take to send the head of its next request.
    pub header_timeout: Duration,
    /// How long a write to a client may make no progress; then its connection is closed.
    pub write_timeout: Duration,
    /// The most connections at a time, apart from upgraded ones; more wait to be accepted.
    pub max_connections: usize,
    /// The most requests of a batch; 0 answers none.
    pub max_batch: usize,
    /// Origins whose pages may call this server, such as `https://app.example.com`.
    pub allowed_origins: Vec<HeaderValue>,
    /// How much clients may ask for.
    pub rates: RateLimits,
    /// What documents may ask for.
    pub schema: SchemaSettings,
    /// What is answered for as long as the client listens.
    pub live: LiveSettings,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            base_domain: "localhost".into(),
            max_body_bytes: 1 << 20,
            max_upload_bytes: 64 << 20,
            max_response_bytes: 8 << 20,
            max_unsent_bytes: 256 << 20,
            request_timeout: Duration::from_mins(1),
            // Proxies commonly keep an idle connection for a minute, and must be the ones to close it: what they send
            // while it is closed here is lost.
            header_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            max_connections: 10_000,
            max_batch: 0,
            allowed_origins: Vec::new(),
            rates: RateLimits::default(),
            schema: SchemaSettings::default(),
            live: LiveSettings::default(),
        }
    }
}

/// What every request needs; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    outlay: Arc<Outlay>,
    schema: OutlaySchema,
    rates: Rates,
    settings: HttpSettings,
    streams: Streams,
    unsent: Unsent,
}

impl App {
    /// The schema over an open system.
    #[must_use]
    pub fn new(outlay: Arc<Outlay>, settings: HttpSettings) -> Self {
        Self(Arc::new(Parts {
            outlay,
            rates: Rates::new(settings.rates),
            schema: OutlaySchema::new(settings.schema.clone()),
            streams: Streams::new(&settings.live),
            unsent: Unsent::new(settings.max_unsent_bytes),
            settings,
        }))
    }

    pub(crate) fn outlay(&self) -> &Arc<Outlay> {
        &self.0.outlay
    }

    pub(crate) fn schema(&self) -> &OutlaySchema {
        &self.0.schema
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// What is being answered for as long as the client listens.
    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// The responses that wait to be read.
    pub(crate) fn unsent(&self) -> &Unsent {
        &self.0.unsent
    }

    pub(crate) fn settings(&self) -> &HttpSettings {
        &self.0.settings
    }
}

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
    let outlay = Arc::new(database::open(database, domain).await?);
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
