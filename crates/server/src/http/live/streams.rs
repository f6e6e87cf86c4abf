//! Limits the number of streaming connections and subscriptions, and closes them when the server stops.

use std::{collections::HashMap, sync::Arc, time::Duration};

use outlay_domain::{Error, ErrorCode};
use outlay_tenancy::TenantId;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::reserved::Reservations;
use crate::http::error::Rejection;

/// Configuration of the streaming transports.
#[derive(Debug, Clone)]
pub struct LiveSettings {
    /// The maximum number of WebSocket connections and event streams.
    pub max_connections: usize,
    /// The maximum number of running operations on one of them.
    pub max_operations_per_connection: usize,
    /// The maximum number of subscriptions of one organization.
    pub max_subscriptions_per_tenant: usize,
    /// How long a client may take to authenticate.
    pub init_timeout: Duration,
    /// The interval of keep-alive messages. A connection is closed if nothing is received for three intervals.
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

/// All streaming connections and subscriptions.
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

    /// Tells all of them to close.
    pub(crate) fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
    }

    /// Waits for the tasks that outlive the request that started them.
    pub(crate) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The token that is cancelled when all must close.
    pub(super) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(super) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Acquires a permit for one more connection.
    pub(super) fn acquire_connection(&self) -> Result<OwnedSemaphorePermit, Rejection> {
        self.connections.clone().try_acquire_owned().map_err(|_| {
            Rejection::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::LimitExceeded,
                "Too many streaming connections. Try again later.",
            )
        })
    }

    /// Acquires a permit for one more subscription of an organization.
    pub(super) fn acquire_subscription(
        &self,
        tenant: TenantId,
    ) -> Result<SubscriptionPermit, Error> {
        let mut counts = self.subscriptions.lock();
        let count = counts.entry(tenant).or_default();
        if *count >= self.per_tenant {
            return Err(Error::LimitExceeded {
                field: None,
                message: format!(
                    "The organization already has {count} subscriptions, the maximum."
                ),
            });
        }
        *count += 1;
        Ok(SubscriptionPermit {
            tenant,
            subscriptions: self.subscriptions.clone(),
        })
    }
}

/// Counts a subscription until it is dropped.
pub(super) struct SubscriptionPermit {
    tenant: TenantId,
    subscriptions: Arc<Mutex<HashMap<TenantId, usize>>>,
}

impl Drop for SubscriptionPermit {
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
