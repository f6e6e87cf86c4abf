//! The only way to a tenant's rows.

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

/// One transaction in one tenant's schema, begun by the first statement.
///
/// Statements of tenant entities are completed with the tenant's schema; no other schema can be named through
/// entities, and the role that it runs as can read no shared table. Dropped without [`commit`](Self::commit), it
/// leaves nothing behind: its server connection is closed and the server rolls back.
///
/// Invariant: no session state names a tenant. The schema is in the statement; a role of the tenant's own is LOCAL to
/// the transaction and goes out with its BEGIN; the role of requests and its timeouts are the connection's from the
/// start, and the same for all tenants.
pub struct TenantConnection {
    tenant: Arc<Tenant>,
    source: Source,
    begin: Cow<'static, str>,
    gate: Option<Arc<Gate>>,
    state: Mutex<State>,
}

/// Where the server connection comes from.
pub(crate) enum Source {
    /// The pool of requests, as the role of requests.
    Requests(Arc<TenantPool>),
    /// The same, as the tenant's own role, which lasts as long as a transaction.
    OwnRole(Arc<TenantPool>),
    /// The owner's pool, for writes that touch a tenant and the shared schema together.
    Owner(sqlx::PgPool),
}

enum State {
    Idle,
    Open(Session),
    /// A statement of this transaction failed: PostgreSQL would turn its COMMIT into a ROLLBACK without a word.
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

    /// Ends the transaction and gives the connection back.
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

    /// The same connection, which is taken once this gate opens.
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

    /// The tenant whose rows these are.
    #[must_use]
    pub fn tenant(&self) -> &Arc<Tenant> {
        &self.tenant
    }

    /// Makes the writes last and gives the server connection back.
    ///
    /// # Errors
    /// When a statement of this transaction failed before, or the database refuses: then nothing was written.
    pub async fn commit(&self) -> Result<(), DbErr> {
        match self.close().await {
            State::Open(session) => session.end(End::Commit).await,
            State::Idle => Ok(()),
            State::Failed => Err(DbErr::Custom("commit after a statement failed".into())),
            State::Closed => Err(closed_error()),
        }
    }

    /// Gives the server connection back without keeping any write; also the end of a read.
    pub async fn release(&self) {
        if let State::Open(session) = self.close().await {
            // Nothing hangs on the answer: a connection that could not roll back is closed instead.
            drop(session.end(End::Rollback).await);
        }
    }

    async fn close(&self) -> State {
        std::mem::replace(&mut *self.state.lock().await, State::Closed)
    }

    /// Runs a statement that reads all that there is to read, so that no transaction has to hold several together: one
    /// round trip instead of three. Inside an open transaction it is one more statement of that.
    ///
    /// # Errors
    /// The database's own.
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

    /// Runs a statement that writes all that there is to write, which PostgreSQL does whole or not at all: one round trip
    /// instead of three. Inside an open transaction it is one more statement of that.
    ///
    /// How many rows it wrote; none when the connection was lost, so that nobody knows.
    ///
    /// # Errors
    /// The database's own.
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

    /// Where a statement can run alone: as the role of requests, with no transaction open, nor opened while it runs.
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

    /// Runs one statement on the open transaction, beginning it first if need be.
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

/// A connection for this tenant, busy from now on.
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
    DbErr::Custom("a statement of this transaction failed before".into())
}

fn into_db_error(error: crate::TenancyError) -> DbErr {
    match error {
        crate::TenancyError::Database(error) => error,
        other => DbErr::Custom(other.to_string()),
    }
}
