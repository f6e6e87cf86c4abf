//! The connections that are listening: how many there may be, and how all of them end.

use std::{collections::HashMap, sync::Arc, time::Duration};

use outlay_domain::{Error, ErrorCode};
use outlay_tenancy::TenantId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::reserved::Reservations;
use crate::http::error::Refusal;

/// What an operator may set about connections that listen.
#[derive(Debug, Clone)]
pub struct LiveSettings {
    /// WebSocket connections and event streams at a time.
    pub max_connections: usize,
    /// Operations under way on one of them.
    pub max_operations_per_connection: usize,
    /// Subscriptions of one organization at a time.
    pub max_subscriptions_per_tenant: usize,
    /// How long a client may take to say who it is.
    pub init_timeout: Duration,
    /// How often a silent connection is given a sign of life; after three without an answer it is given up.
    pub keep_alive: Duration,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            max_operations_per_connection: 100,
            max_subscriptions_per_tenant: 5_000,
            init_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(12),
        }
    }
}

/// Everything that is listening.
pub(crate) struct Streams {
    connections: Arc<Semaphore>,
    subscriptions: Arc<Mutex<HashMap<TenantId, usize>>>,
    per_tenant: usize,
    closing: CancellationToken,
    tasks: TaskTracker,
    pub(super) reservations: Reservations,
}

impl Streams {
    pub(crate) fn new(settings: &LiveSettings) -> Self {
        let connections = settings.max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            connections: Arc::new(Semaphore::new(connections)),
            subscriptions: Arc::default(),
            per_tenant: settings.max_subscriptions_per_tenant,
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
            reservations: Reservations::default(),
        }
    }

    /// Tells all of them to end.
    pub(crate) fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
    }

    /// Waits until those have ended that outlive the request that began them.
    pub(crate) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Cancelled when all are to end.
    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Room for one more connection.
    pub(super) fn connection(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        self.connections.clone().try_acquire_owned().map_err(|_| {
            Refusal::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::LimitExceeded,
                "Too many connections are listening; try again later.",
            )
        })
    }

    /// Room for one more subscription of an organization.
    pub(super) fn subscription(&self, tenant: TenantId) -> Result<Subscribed, Error> {
        let mut counts = self.subscriptions.lock();
        let count = counts.entry(tenant).or_default();
        if *count >= self.per_tenant {
            return Err(Error::LimitExceeded {
                field: None,
                message: format!(
                    "The organization has {count} subscriptions under way, and may have no more."
                ),
            });
        }
        *count += 1;
        Ok(Subscribed {
            tenant,
            subscriptions: self.subscriptions.clone(),
        })
    }
}

/// A subscription that is counted until this is dropped.
pub(super) struct Subscribed {
    tenant: TenantId,
    subscriptions: Arc<Mutex<HashMap<TenantId, usize>>>,
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        let mut counts = self.subscriptions.lock();
        if let Some(count) = counts.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.tenant);
            }
        }
    }
}
