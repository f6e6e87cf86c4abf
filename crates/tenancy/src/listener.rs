//! Follows changes of the directory that any server process has made.

use std::sync::Arc;

use sqlx::{PgPool, postgres::PgListener};

use crate::{Directory, DirectoryChange, TenancyError};

/// The channel of NOTIFY that carries changes of the directory.
pub(crate) const CHANNEL: &str = "outlay_directory";

/// Listens from now on, until the returned task is aborted.
///
/// While the connection is lost the directory keeps nothing in memory, so nothing stale is ever served.
pub(crate) async fn follow(
    owner: PgPool,
    directory: Arc<Directory>,
) -> Result<tokio::task::JoinHandle<()>, TenancyError> {
    let mut listener = PgListener::connect_with(&owner).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    directory.resume().await?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.try_recv().await {
                Ok(Some(notification)) => {
                    let payload = notification.payload();
                    if let Some(change) = DirectoryChange::parse(payload) {
                        directory.forget(change);
                    } else {
                        tracing::warn!(payload, "unreadable directory change");
                    }
                }
                Ok(None) => {
                    directory.pause();
                    reconnect(&mut listener, &owner, &directory).await;
                }
                Err(error) => {
                    directory.pause();
                    tracing::warn!(%error, "the directory's listener lost its connection");
                    reconnect(&mut listener, &owner, &directory).await;
                }
            }
        }
    }))
}

/// Listens again, however long it takes for the database to come back.
async fn reconnect(listener: &mut PgListener, owner: &PgPool, directory: &Directory) {
    let mut pause = std::time::Duration::from_millis(50);
    loop {
        match renewed(owner, directory).await {
            Ok(fresh) => {
                *listener = fresh;
                return;
            }
            Err(error) => tracing::warn!(?error, "the directory cannot be followed yet"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(std::time::Duration::from_secs(2));
    }
}

async fn renewed(owner: &PgPool, directory: &Directory) -> Result<PgListener, TenancyError> {
    let mut listener = PgListener::connect_with(owner).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    directory.resume().await?;
    Ok(listener)
}
