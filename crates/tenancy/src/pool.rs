//! Connections for requests: few for each tenant, so that a backend's memory stays bounded.
//!
//! A backend keeps the catalog entries and plans of every tenant that it has served, and never gives them back.
//! So connections stand in small shards, and a tenant prefers the shards that a rendezvous hash ranks first for it;
//! when those are busy it spills to any idle one.

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

/// Connections in one shard.
const SHARD_SIZE: usize = 2;
/// Shards that a tenant calls home.
const HOME_SHARDS: usize = 2;

/// One connection and what it has seen.
pub(crate) struct PooledConnection {
    pub(crate) postgres: PgConnection,
    tenants: HashSet<TenantId>,
    /// Set while a transaction is open or a statement runs.
    pub(crate) busy: bool,
}

/// A connection on loan.
///
/// Invariant: one that is dropped while busy is closed there and then, so that the server rolls back and lets its locks
/// go; it must not lie in the pool until somebody asks for it.
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
    /// Whether the first use of a kept connection found it dead, as after a restart of the server: then the next one is
    /// worth a try. A new connection that fails says how things are.
    pub(crate) fn is_stale(&self, error: &sqlx::Error) -> bool {
        let connection = self.0.as_ref();
        let kept =
            connection.is_some_and(|connection| Object::metrics(connection).recycle_count > 0);
        kept && is_lost(error)
    }

    /// Lets the connection be used again after a statement that ran alone and failed, unless it is lost.
    pub(crate) fn keep_after(&mut self, error: &sqlx::Error) {
        self.busy = is_lost(error) || !matches!(error, sqlx::Error::Database(_));
    }
}

/// Whether the connection is gone.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // Operator intervention, or what a pooler in between says of its own connection.
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
            return Err(RecycleError::message("has served its number of tenants"));
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

    /// A connection for `tenant`: one at home if idle, else any idle one, else the first that comes free at home.
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

    /// The shards in this tenant's order of preference (highest random weight first).
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
