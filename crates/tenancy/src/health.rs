//! Whether the database answers, found out on a connection that serves nothing else.

use std::time::Duration;

use sqlx::{
    Connection,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::{sync::Mutex, time::Instant};

/// How long a finding is good: however often a supervisor asks, the database is asked once a second.
const MAX_AGE: Duration = Duration::from_secs(1);

/// Asks the database for a sign of life.
///
/// A probe has a connection of its own, made when first needed: a pool whose connections are all in use for a moment
/// is busy, not unready.
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

    /// Those who ask at the same time share one answer.
    pub(crate) async fn check(&self) -> Result<(), sqlx::Error> {
        let mut probe = self.probe.lock().await;
        if probe.answered.is_some_and(|at| at.elapsed() < MAX_AGE) {
            return Ok(());
        }
        // Taken out, so that a connection whose caller gave up waiting is not used again.
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
