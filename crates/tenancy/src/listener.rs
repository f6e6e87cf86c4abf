//! Follows what any server process has changed: one connection that listens for all of it.

use std::sync::Arc;

use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgListener, PgNotification, PgPoolOptions},
};

use crate::{
    Directory, DirectoryChange, TenancyError,
    signals::{self, Signals},
};

/// The channel of NOTIFY that carries changes of the directory.
pub(crate) const CHANNEL: &str = "outlay_directory";

/// How long after its end a session is remembered: longer than any access token of it lives.
const REVOKED_RETENTION: chrono::TimeDelta = chrono::TimeDelta::hours(25);

/// The sessions ended since.
const REVOKED: &str = "SELECT id FROM outlay.session WHERE revoked_at > $1";

/// Listens from now on, until the returned task is aborted.
///
/// While the connection is lost the directory keeps nothing in memory, so nothing stale is ever served; when it is
/// back, everybody who waits for a signal is told to look.
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
        tracing::warn!(payload, "unreadable directory change");
    }
}

/// Listens again, however long it takes for the database to come back.
async fn reconnect(options: &PgConnectOptions, directory: &Directory) -> PgListener {
    let mut pause = std::time::Duration::from_millis(50);
    loop {
        match listen(options, directory).await {
            Ok(fresh) => return fresh,
            Err(error) => tracing::warn!(?error, "changes cannot be followed yet"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(std::time::Duration::from_secs(2));
    }
}

async fn listen(
    options: &PgConnectOptions,
    directory: &Directory,
) -> Result<PgListener, TenancyError> {
    // Beside the control pool: it is held for as long as the server runs.
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
    // After LISTEN, so that none is missed, and on the same connection.
    let revoked = sqlx::query_scalar(AssertSqlSafe(REVOKED))
        .bind(chrono::Utc::now() - REVOKED_RETENTION)
        .fetch_all(&mut listener)
        .await?;
    listener.listen(signals::CHANNEL).await?;
    directory.resume(revoked);
    Ok(listener)
}
