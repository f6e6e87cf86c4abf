//! Health check of the database, on a connection of its own.

use std::time::Duration;

use sqlx::{
    Connection,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::{sync::Mutex, time::Instant};

/// A result is reused for this long, so that frequent probes cause at most one query a second.
const MAX_AGE: Duration = Duration::from_secs(1);

/// Checks that the database answers.
///
/// The check has a connection of its own, opened on first use: a pool whose connections are all in use is busy, but not
/// unhealthy.
pub(crate) struct HealthCheck {
    options: PgConnectOptions,
    probe: Mutex<Probe>,
}

#[derive(Default)]
struct Probe {
    connection: Option<PgConnection>,
    answered: Option<Instant>,
}

impl HealthCheck {
    pub(crate) fn new(options: PgConnectOptions) -> Self {
        Self {
            options,
            probe: Mutex::default(),
        }
    }

    /// Checks the connection. Concurrent callers share one result.
    pub(crate) async fn check(&self) -> Result<(), sqlx::Error> {
        let mut probe = self.probe.lock().await;
        if probe.answered.is_some_and(|at| at.elapsed() < MAX_AGE) {
            return Ok(());
        }
        // Take the connection out, so that it is not reused if the caller is cancelled during the check.
        let mut connection = match probe.connection.take() {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.options).await?,
        };
        connection.ping().await?;
        *probe = Probe {
            connection: Some(connection),
            answered: Some(Instant::now()),
        };
        Ok(())
    }
}
