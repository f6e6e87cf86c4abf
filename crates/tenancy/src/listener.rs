//! Follows what any server process has changed: one connection that listens for all of it.

use std::sync::Arc;

use sqlx::{
    PgPool,
    postgres::{PgListener, PgNotification},
};

use crate::{
    Directory, DirectoryChange, TenancyError,
    signals::{self, Signals},
};

/// The channel of NOTIFY that carries changes of the directory.
pub(crate) const CHANNEL: &str = "outlay_directory";

/// Listens from now on, until the returned task is aborted.
///
/// While the connection is lost the directory keeps nothing in memory, so nothing stale is ever served; when it is
/// back, everybody who waits for a signal is told to look.
pub(crate) async fn follow(
    owner: PgPool,
    directory: Arc<Directory>,
    signals: Arc<Signals>,
) -> Result<tokio::task::JoinHandle<()>, TenancyError> {
    let mut listener = listen(&owner, &directory).await?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.try_recv().await {
                Ok(Some(notification)) => take(&notification, &directory, &signals),
                Ok(None) => {
                    directory.pause();
                    listener = reconnect(&owner, &directory).await;
                    signals.raise_all();
                }
                Err(error) => {
                    directory.pause();
                    tracing::warn!(%error, "the listener lost its connection");
                    listener = reconnect(&owner, &directory).await;
                    signals.raise_all();
                }
            }
        }
    }))
}

fn take(notification: &PgNotification, directory: &Directory, signals: &Signals) {
    let payload = notification.payload();
    if notification.channel() == signals::CHANNEL {
        signals.receive(payload);
    } else if let Some(change) = DirectoryChange::parse(payload) {
        directory.forget(change);
    } else {
        tracing::warn!(payload, "unreadable directory change");
    }
}

/// Listens again, however long it takes for the database to come back.
async fn reconnect(owner: &PgPool, directory: &Directory) -> PgListener {
    let mut pause = std::time::Duration::from_millis(50);
    loop {
        match listen(owner, directory).await {
            Ok(fresh) => return fresh,
            Err(error) => tracing::warn!(?error, "changes cannot be followed yet"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(std::time::Duration::from_secs(2));
    }
}

async fn listen(owner: &PgPool, directory: &Directory) -> Result<PgListener, TenancyError> {
    let mut listener = PgListener::connect_with(owner).await?;
    listener.eager_reconnect(false);
    listener.listen_all([CHANNEL, signals::CHANNEL]).await?;
    directory.resume().await?;
    Ok(listener)
}
