//! Connecting to a database, and errors that say why it failed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use outlay_domain::{Outlay, Settings};
use outlay_tenancy::{DatabaseSettings, Tenancy};

/// The longest time to wait for a server to accept a connection.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the system on a database and migrates the shared schema.
pub(crate) async fn open(database: DatabaseSettings, settings: Settings) -> Result<Outlay> {
    let url = database.url.clone();
    let context = || format!("the database {} cannot be used", without_password(&url));
    let tenancy = match Tenancy::open(database).await {
        Ok(tenancy) => tenancy,
        // The driver retries a refused connection until its timeout, which hides the reason. The probe reports it.
        Err(error) => {
            return Err(probe(&url).await.err().unwrap_or(error.into())).with_context(context);
        }
    };
    Outlay::open(tenancy, settings).await.with_context(context)
}

/// Rejects a URL that is not one of PostgreSQL.
pub(crate) fn check(url: &str) -> Result<()> {
    let scheme = url::Url::parse(url).map(|url| url.scheme().to_owned());
    ensure!(
        scheme.is_ok_and(|scheme| matches!(scheme.as_str(), "postgres" | "postgresql")),
        "the database URL is not a PostgreSQL URL: write it like postgres://user:password@host:5432/database"
    );
    Ok(())
}

/// Checks that the host and port of the URL accept connections. A Unix socket is not tried.
pub(crate) async fn probe(url: &str) -> Result<()> {
    let url = url::Url::parse(url)?;
    if let Some(host) = url.host_str()
        && !url.query_pairs().any(|(name, _)| name == "host")
    {
        let host = host.trim_matches(['[', ']']);
        let port = url.port().unwrap_or(5432);
        let connecting = tokio::net::TcpStream::connect((host, port));
        tokio::time::timeout(PROBE_TIMEOUT, connecting)
            .await
            .context("the connection timed out")??;
    }
    Ok(())
}

/// A database URL without its password.
pub(crate) fn without_password(url: &str) -> String {
    let Ok(mut url) = url::Url::parse(url) else {
        return "(unreadable URL)".into();
    };
    let _ = url.set_password(None);
    // The query names the socket of an embedded database, which is useful. It can also hold a password.
    if url.query_pairs().any(|(name, _)| name == "password") {
        url.set_query(None);
    }
    url.into()
}
