//! The connection to the rows of one tenant. There is no other way to reach them.

use std::{borrow::Cow, fmt, sync::Arc};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Executor, Postgres, Transaction, postgres::PgConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    access::Tenant,
    error::query_error,
    gate::Gate,
    pool::{Lease, TenantPool},
    qualify::qualify,
};

/// A transaction in the schema of one tenant. The first statement begins it.
///
/// The placeholder schema in statements of tenant entities is replaced by the tenant's schema. Entities cannot name
/// another schema, and the role of the connection cannot read shared tables. Dropping the value without a
/// [`commit`](Self::commit) closes the server connection, so that the server rolls back.
///
/// Invariant: no session state names a tenant. The schema is part of the statement. A tenant's own role is set with SET
/// LOCAL in the same batch as BEGIN. The request role and its timeouts are set when the connection starts, and are the
/// same for all tenants.
pub struct TenantConnection {
    tenant: Arc<Tenant>,
    source: Source,
    begin: Cow<'static, str>,
    gate: Option<Arc<Gate>>,
    state: Mutex<State>,
}

/// The source of the server connection.
pub(crate) enum Source {
    /// The request pool, as the request role.
    Requests(Arc<TenantPool>),
    /// The request pool, as the tenant's own role, which is set until the end of the transaction.
    OwnRole(Arc<TenantPool>),
    /// The owner's pool, for writes to a tenant and the shared schema in one transaction.
    Owner(sqlx::PgPool),
}

enum State {
    Idle,
    Open(Session),
    /// A statement of this transaction failed. PostgreSQL would silently turn its COMMIT into a ROLLBACK.
    Failed,
    Closed,
}

enum Session {
    Request(Lease),
    Owner(Transaction<'static, Postgres>),
}

impl Session {
    fn postgres(&mut self) -> &mut PgConnection {
        match self {
            Self::Request(lease) => &mut lease.postgres,
            Self::Owner(transaction) => transaction,
        }
    }

    async fn begin(source: &Source, tenant: &Tenant, begin: &str) -> Result<Self, DbErr> {
        tracing::debug!(target: "outlay::sql", sql = begin);
        match source {
            Source::Requests(pool) | Source::OwnRole(pool) => loop {
                let mut lease = acquire(pool, tenant).await?;
                let batch = sqlx::raw_sql(AssertSqlSafe(begin));
                match lease.postgres.execute(batch).await {
                    Ok(_) => return Ok(Self::Request(lease)),
                    Err(error) if lease.is_stale(&error) => {}
                    Err(error) => return Err(query_error(error)),
                }
            },
            Source::Owner(pool) => pool
                .begin_with(AssertSqlSafe(begin))
                .await
                .map(Self::Owner)
                .map_err(query_error),
        }
    }

    /// Ends the transaction and returns the connection to the pool.
    async fn end(self, end: End) -> Result<(), DbErr> {
        tracing::debug!(target: "outlay::sql", sql = end.statement());
        match self {
            Self::Request(mut lease) => {
                let ended = lease.postgres.execute(sqlx::raw_sql(end.statement())).await;
                lease.busy = ended.is_err();
                ended.map(drop)
            }
            Self::Owner(transaction) => match end {
                End::Commit => transaction.commit().await,
                End::Rollback => transaction.rollback().await,
            },
        }
        .map_err(query_error)
    }
}

#[derive(Clone, Copy)]
enum End {
    Commit,
    Rollback,
}

impl End {
    fn statement(self) -> &'static str {
        match self {
            Self::Commit => "COMMIT",
            Self::Rollback => "ROLLBACK",
        }
    }
}

impl TenantConnection {
    pub(crate) fn new(tenant: Arc<Tenant>, source: Source, begin: Cow<'static, str>) -> Self {
        Self {
            tenant,
            source,
            begin,
            gate: None,
            state: Mutex::new(State::Idle),
        }
    }

    /// Returns this connection, changed to wait for `gate` before it takes a server connection.
    #[must_use]
    pub fn behind(self, gate: Arc<Gate>) -> Self {
        Self {
            gate: Some(gate),
            ..self
        }
    }

    async fn pass_gate(&self) {
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
    }

    /// The tenant that this connection belongs to.
    #[must_use]
    pub fn tenant(&self) -> &Arc<Tenant> {
        &self.tenant
    }

    /// Commits the writes and returns the server connection to the pool.
    ///
    /// # Errors
    /// When an earlier statement of this transaction failed, or the database rejects the commit. In both cases nothing
    /// was written.
    pub async fn commit(&self) -> Result<(), DbErr> {
        match self.close().await {
            State::Open(session) => session.end(End::Commit).await,
            State::Idle => Ok(()),
            State::Failed => Err(DbErr::Custom(
                "cannot commit: a statement of this transaction failed".into(),
            )),
            State::Closed => Err(closed_error()),
        }
    }

    /// Rolls back and returns the server connection to the pool. Also ends a read.
    pub async fn release(&self) {
        if let State::Open(session) = self.close().await {
            // The result is not needed: a connection that cannot roll back is closed.
            drop(session.end(End::Rollback).await);
        }
    }

    async fn close(&self) -> State {
        std::mem::replace(&mut *self.state.lock().await, State::Closed)
    }

    /// Runs a single read without a transaction: one round trip instead of three. Use it when one statement reads
    /// everything, so that no snapshot is shared by several statements. If a transaction is open, the statement runs
    /// inside it.
    ///
    /// # Errors
    /// Database errors.
    pub async fn query_alone(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let Some((pool, _idle)) = self.idle().await else {
            return self.query_all_raw(statement).await;
        };
        let (sql, values) = self.prepare(statement);
        self.pass_gate().await;
        loop {
            let mut lease = acquire(pool, &self.tenant).await?;
            let query = sqlx::query_with(AssertSqlSafe(sql.as_str()), values.clone());
            match query.fetch_all(&mut lease.postgres).await {
                Ok(rows) => {
                    lease.busy = false;
                    return Ok(rows.into_iter().map(Into::into).collect());
                }
                Err(error) if lease.is_stale(&error) => {}
                Err(error) => {
                    lease.keep_after(&error);
                    return Err(query_error(error));
                }
            }
        }
    }

    /// Runs a single write without a transaction: one round trip instead of three. PostgreSQL executes a statement
    /// atomically. If a transaction is open, the statement runs inside it.
    ///
    /// Returns the number of rows written, or `None` if the connection was lost and the outcome is unknown.
    ///
    /// # Errors
    /// Database errors.
    pub async fn execute_alone(&self, statement: &Statement) -> Result<Option<u64>, DbErr> {
        let Some((pool, _idle)) = self.idle().await else {
            let done = self.execute_raw(statement.clone()).await?;
            return Ok(Some(done.rows_affected()));
        };
        let (sql, values) = self.prepare(statement.clone());
        self.pass_gate().await;
        let mut lease = acquire(pool, &self.tenant).await?;
        let query = sqlx::query_with(AssertSqlSafe(sql), values);
        match query.execute(&mut lease.postgres).await {
            Ok(done) => {
                lease.busy = false;
                Ok(Some(done.rows_affected()))
            }
            Err(error) if lease.is_stale(&error) => Ok(None),
            Err(error) => {
                lease.keep_after(&error);
                Err(query_error(error))
            }
        }
    }

    /// Returns the pool if a statement can run without a transaction: the source is the request role, and no
    /// transaction is open. The lock keeps a transaction from being opened while the statement runs.
    async fn idle(&self) -> Option<(&TenantPool, MutexGuard<'_, State>)> {
        let state = self.state.lock().await;
        match (&self.source, &*state) {
            (Source::Requests(pool), State::Idle) => Some((pool, state)),
            _ => None,
        }
    }

    fn prepare(&self, Statement { sql, values, .. }: Statement) -> (String, SqlxValues) {
        tracing::debug!(target: "outlay::sql", sql);
        (qualify(&sql, self.tenant.schema()), arguments(values))
    }

    /// Runs one statement in the transaction. Begins the transaction first if necessary.
    async fn run<T>(
        &self,
        sql: &str,
        work: impl AsyncFnOnce(&mut PgConnection, String) -> Result<T, sqlx::Error> + Send,
    ) -> Result<T, DbErr> {
        let mut state = self.state.lock().await;
        if let State::Idle = *state {
            self.pass_gate().await;
            *state = State::Open(Session::begin(&self.source, &self.tenant, &self.begin).await?);
        }
        let State::Open(session) = &mut *state else {
            return Err(if matches!(*state, State::Failed) {
                failed_error()
            } else {
                closed_error()
            });
        };
        tracing::debug!(target: "outlay::sql", sql);
        let outcome = work(session.postgres(), qualify(sql, self.tenant.schema()))
            .await
            .map_err(query_error);
        if outcome.is_err()
            && let State::Open(session) = std::mem::replace(&mut *state, State::Failed)
        {
            drop(session.end(End::Rollback).await);
        }
        outcome
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for TenantConnection {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let Statement { sql, values, .. } = statement;
        let done = self.run(&sql, async move |postgres: &mut PgConnection, sql| {
            sqlx::query_with(AssertSqlSafe(sql), arguments(values))
                .execute(postgres)
                .await
        });
        done.await.map(Into::into)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let done = self.run(sql, async move |postgres: &mut PgConnection, sql| {
            postgres.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await
        });
        done.await.map(Into::into)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let Statement { sql, values, .. } = statement;
        let row = self.run(&sql, async move |postgres: &mut PgConnection, sql| {
            sqlx::query_with(AssertSqlSafe(sql), arguments(values))
                .fetch_optional(postgres)
                .await
        });
        Ok(row.await?.map(Into::into))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let Statement { sql, values, .. } = statement;
        let rows = self.run(&sql, async move |postgres: &mut PgConnection, sql| {
            sqlx::query_with(AssertSqlSafe(sql), arguments(values))
                .fetch_all(postgres)
                .await
        });
        Ok(rows.await?.into_iter().map(Into::into).collect())
    }
}

impl fmt::Debug for TenantConnection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantConnection")
            .field("tenant", &self.tenant.slug())
            .finish_non_exhaustive()
    }
}

/// Leases a connection for this tenant and marks it as busy.
async fn acquire(pool: &TenantPool, tenant: &Tenant) -> Result<Lease, DbErr> {
    let mut lease = pool.lease(tenant.id()).await.map_err(into_db_error)?;
    lease.busy = true;
    Ok(lease)
}

fn arguments(values: Option<sea_orm::Values>) -> SqlxValues {
    SqlxValues(values.unwrap_or_else(|| sea_orm::Values(Vec::new())))
}

fn closed_error() -> DbErr {
    DbErr::Custom("the tenant connection is closed".into())
}

fn failed_error() -> DbErr {
    DbErr::Custom("an earlier statement of this transaction failed".into())
}

fn into_db_error(error: crate::TenancyError) -> DbErr {
    match error {
        crate::TenancyError::Database(error) => error,
        other => DbErr::Custom(other.to_string()),
    }
}
