//! Listens for changes made by other server processes, on one connection.

use std::sync::Arc;

use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgListener, PgNotification, PgPoolOptions},
};

use crate::{
    Directory, DirectoryChange, TenancyError,
    signals::{self, Signals},
};

/// The NOTIFY channel of directory changes.
pub(crate) const CHANNEL: &str = "outlay_directory";

/// An ended session is remembered for this long, which exceeds the lifetime of its access tokens.
const REVOKED_RETENTION: chrono::TimeDelta = chrono::TimeDelta::hours(25);

/// Selects the sessions that ended after a point in time.
const REVOKED: &str = "SELECT id FROM outlay.session WHERE revoked_at > $1";

/// Starts to listen, until the returned task is aborted.
///
/// While the connection is lost, the directory caches nothing, so that no stale entry is used. After it is restored,
/// all subscribers are notified, since signals may have been lost.
pub(crate) async fn start(
    options: PgConnectOptions,
    directory: Arc<Directory>,
    signals: Arc<Signals>,
) -> Result<tokio::task::JoinHandle<()>, TenancyError> {
    let mut listener = listen(&options, &directory).await?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.try_recv().await {
                Ok(Some(notification)) => handle(&notification, &directory, &signals),
                Ok(None) => {
                    directory.pause();
                    listener = reconnect(&options, &directory).await;
                    signals.notify_all();
                }
                Err(error) => {
                    directory.pause();
                    tracing::warn!(%error, "the listener lost its connection");
                    listener = reconnect(&options, &directory).await;
                    signals.notify_all();
                }
            }
        }
    }))
}

fn handle(notification: &PgNotification, directory: &Directory, signals: &Signals) {
    let payload = notification.payload();
    if notification.channel() == signals::CHANNEL {
        signals.receive(payload);
    } else if let Some(change) = DirectoryChange::parse(payload) {
        directory.invalidate(change);
    } else {
        tracing::warn!(payload, "invalid notification of a directory change");
    }
}

/// Reconnects, and retries until the database is reachable.
async fn reconnect(options: &PgConnectOptions, directory: &Directory) -> PgListener {
    let mut pause = std::time::Duration::from_millis(50);
    loop {
        match listen(options, directory).await {
            Ok(fresh) => return fresh,
            Err(error) => tracing::warn!(?error, "cannot listen for changes; retrying"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(std::time::Duration::from_secs(2));
    }
}

async fn listen(
    options: &PgConnectOptions,
    directory: &Directory,
) -> Result<PgListener, TenancyError> {
    // Not taken from the control pool, since it is held for the lifetime of the server.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    // Runs after LISTEN, so that no ended session is missed, and on the same connection.
    let revoked = sqlx::query_scalar(AssertSqlSafe(REVOKED))
        .bind(chrono::Utc::now() - REVOKED_RETENTION)
        .fetch_all(&mut listener)
        .await?;
    listener.listen(signals::CHANNEL).await?;
    directory.resume(revoked);
    Ok(listener)
}
