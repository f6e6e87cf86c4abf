//! The connection pool of requests. Each tenant uses few connections, which bounds the memory of a backend.
//!
//! A backend keeps the catalog entries and plans of every tenant that it has served, and never frees them. Connections
//! are therefore grouped into small shards. A rendezvous hash ranks the shards for each tenant, and the tenant uses the
//! first ones. If those are busy, it uses any idle connection.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    ops::{Deref, DerefMut},
    time::Duration,
};

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult, Timeouts,
};
use sqlx::{
    Connection,
    postgres::{PgConnectOptions, PgConnection},
};

use crate::{
    access::TenantId,
    error::{TenancyError, query_error},
};

/// Number of connections in a shard.
const SHARD_SIZE: usize = 2;
/// Number of shards that a tenant prefers.
const HOME_SHARDS: usize = 2;

/// A connection, and the tenants that it has served.
pub(crate) struct PooledConnection {
    pub(crate) postgres: PgConnection,
    tenants: HashSet<TenantId>,
    /// Whether a transaction is open or a statement runs.
    pub(crate) busy: bool,
}

/// A connection leased from the pool.
///
/// Invariant: a lease that is dropped while busy closes its connection immediately, so that the server rolls back and
/// releases its locks. The connection must not stay in the pool in that state.
pub(crate) struct Lease(Option<Object<Connections>>);

impl Deref for Lease {
    type Target = PooledConnection;

    fn deref(&self) -> &PooledConnection {
        self.0.as_ref().expect("held until it is dropped")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PooledConnection {
        self.0.as_mut().expect("held until it is dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take()
            && connection.busy
        {
            drop(Object::take(connection));
        }
    }
}

impl Lease {
    /// Whether the error shows that a pooled connection was already closed, for example by a restart of the server. The
    /// caller then retries with the next connection. The error of a new connection is final.
    pub(crate) fn is_stale(&self, error: &sqlx::Error) -> bool {
        let connection = self.0.as_ref();
        let kept =
            connection.is_some_and(|connection| Object::metrics(connection).recycle_count > 0);
        kept && is_lost(error)
    }

    /// Keeps the connection after a statement without a transaction failed, unless the connection is lost.
    pub(crate) fn keep_after(&mut self, error: &sqlx::Error) {
        self.busy = is_lost(error) || !matches!(error, sqlx::Error::Database(_));
    }
}

/// Whether the error means that the connection is lost.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // Operator intervention, or a connection error reported by a pooler.
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("57P") || code.starts_with("08")),
        _ => false,
    }
}

pub(crate) struct Connections {
    options: PgConnectOptions,
    tenants_per_connection: usize,
}

impl Manager for Connections {
    type Type = PooledConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<PooledConnection, sqlx::Error> {
        let postgres = PgConnection::connect_with(&self.options).await?;
        Ok(PooledConnection {
            postgres,
            tenants: HashSet::new(),
            busy: false,
        })
    }

    async fn recycle(
        &self,
        connection: &mut PooledConnection,
        _: &Metrics,
    ) -> RecycleResult<sqlx::Error> {
        if connection.tenants.len() >= self.tenants_per_connection {
            return Err(RecycleError::message(
                "the connection has served the maximum number of tenants",
            ));
        }
        Ok(())
    }
}

pub(crate) struct TenantPool {
    shards: Vec<Pool<Connections>>,
    acquire_timeout: Duration,
}

impl TenantPool {
    pub(crate) fn new(
        options: &PgConnectOptions,
        connections: usize,
        tenants_per_connection: usize,
        acquire_timeout: Duration,
    ) -> Result<Self, TenancyError> {
        let shards = connections.div_ceil(SHARD_SIZE).max(1);
        let shards = (0..shards)
            .map(|shard| {
                let size =
                    (connections / shards + usize::from(shard < connections % shards)).max(1);
                Pool::builder(Connections {
                    options: options.clone(),
                    tenants_per_connection,
                })
                .max_size(size)
                // The connection used last has the warmest caches.
                .queue_mode(QueueMode::Lifo)
                .runtime(deadpool::Runtime::Tokio1)
                .build()
                .map_err(|error| TenancyError::Unsuitable(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            shards,
            acquire_timeout,
        })
    }

    /// Leases a connection for `tenant`: an idle one of its preferred shards, else any idle one, else the first
    /// preferred one that becomes idle.
    pub(crate) async fn lease(&self, tenant: TenantId) -> Result<Lease, TenancyError> {
        let ranked = self.ranked(tenant);
        for &shard in &ranked {
            if let Some(lease) = self.try_lease(shard).await? {
                return Ok(record_tenant(lease, tenant));
            }
        }
        let home = ranked
            .iter()
            .take(HOME_SHARDS)
            .map(|&shard| Box::pin(self.shards[shard].get()));
        let first =
            tokio::time::timeout(self.acquire_timeout, futures::future::select_ok(home)).await;
        match first {
            Ok(Ok((lease, _))) => Ok(record_tenant(lease, tenant)),
            Ok(Err(error)) => Err(pool_error(error)),
            Err(_) => Err(query_error(sqlx::Error::PoolTimedOut).into()),
        }
    }

    async fn try_lease(&self, shard: usize) -> Result<Option<Object<Connections>>, TenancyError> {
        let now = Timeouts {
            wait: Some(Duration::ZERO),
            create: Some(self.acquire_timeout),
            recycle: None,
        };
        match self.shards[shard].timeout_get(&now).await {
            Ok(lease) => Ok(Some(lease)),
            Err(PoolError::Timeout(_)) => Ok(None),
            Err(error) => Err(pool_error(error)),
        }
    }

    /// The shards in the tenant's order of preference (highest random weight first).
    fn ranked(&self, tenant: TenantId) -> Vec<usize> {
        let mut ranked: Vec<usize> = (0..self.shards.len()).collect();
        ranked.sort_by_cached_key(|shard| {
            let mut hasher = DefaultHasher::new();
            (tenant, shard).hash(&mut hasher);
            std::cmp::Reverse(hasher.finish())
        });
        ranked
    }
}

fn record_tenant(mut connection: Object<Connections>, tenant: TenantId) -> Lease {
    connection.tenants.insert(tenant);
    Lease(Some(connection))
}

fn pool_error(error: PoolError<sqlx::Error>) -> TenancyError {
    match error {
        PoolError::Backend(error) => error.into(),
        PoolError::Timeout(_)
        | PoolError::Closed
        | PoolError::NoRuntimeSpecified
        | PoolError::PostCreateHook(_) => query_error(sqlx::Error::PoolTimedOut).into(),
    }
}
