//! Opens the database: the connection pools, the directory and the shared schema.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use sea_orm_migration::MigratorTrait;
use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    DatabaseSettings, Directory, RequestLogin, TenancyError, Tenant, TenantAccess,
    TenantConnection, TenantRoles,
    connection::Source,
    error::query_error,
    health::HealthCheck,
    listener,
    pool::TenantPool,
    signals::{self, Signals},
};

/// The oldest PostgreSQL version that Outlay is tested with.
const MINIMUM_SERVER_VERSION: i32 = 14;

/// The role of requests. It owns nothing and cannot create anything.
pub(crate) const REQUEST_ROLE: &str = "outlay_request";

/// Begins a read: all its statements see one snapshot.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Begins a write.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// All tenants of one database, and the shared schema.
pub struct Tenancy {
    shared: DatabaseConnection,
    owner: PgPool,
    requests: Arc<TenantPool>,
    directory: Arc<Directory>,
    signals: Arc<Signals>,
    settings: DatabaseSettings,
    health: HealthCheck,
    listener: tokio::task::JoinHandle<()>,
    forwarder: tokio::task::JoinHandle<()>,
}

impl Tenancy {
    /// Connects, migrates the shared schema, and starts listening for changes of the directory.
    ///
    /// # Errors
    /// [`TenancyError::Unsuitable`] when the server is too old or the request role cannot be created; the message names
    /// the fix. [`TenancyError::Database`] when the database cannot be reached.
    pub async fn open(settings: DatabaseSettings) -> Result<Self, TenancyError> {
        let owner = owner_pool(&settings).await?;
        let shared = DatabaseConnection::from(owner.clone());
        prepare(&shared, &settings).await?;
        let requests = Arc::new(request_pool(&settings)?);
        let signals = Arc::new(Signals::new());
        let directory = Arc::new(Directory::new(shared.clone(), signals.clone()));
        let own = options(&settings.url, &settings)?;
        let listener = listener::start(own.clone(), directory.clone(), signals.clone()).await?;
        let forwarder = tokio::spawn(signals::forward(signals.clone(), shared.clone()));
        Ok(Self {
            shared,
            owner,
            requests,
            directory,
            signals,
            settings,
            health: HealthCheck::new(own),
            listener,
            forwarder,
        })
    }

    /// The directory of organizations, members and ended sessions.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// Signals of changes, to subscribe to and to publish.
    #[must_use]
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// The shared schema: users, sessions, and the public profiles of organizations. It gives no access to tenant rows.
    ///
    /// Invariant: the caller holds no other connection, neither of the request pool nor of this pool.
    #[must_use]
    pub fn shared(&self) -> &DatabaseConnection {
        &self.shared
    }

    /// Opens a read-only snapshot of the tenant's data. The first statement takes the snapshot.
    #[must_use]
    pub fn read(&self, access: &TenantAccess) -> TenantConnection {
        self.connection(access, BEGIN_READ)
    }

    /// Opens a read-write transaction in the tenant's schema. The first statement begins it.
    #[must_use]
    pub fn write(&self, access: &TenantAccess) -> TenantConnection {
        self.connection(access, BEGIN_WRITE)
    }

    /// Opens a read-write transaction as the owner, which can write to the tenant's schema and the shared schema
    /// together.
    ///
    /// Use it only for memberships, which are stored in both schemas. Everything else uses [`write`](Self::write).
    #[must_use]
    pub fn write_shared(&self, tenant: &Arc<Tenant>) -> TenantConnection {
        let begin =
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL search_path = ''".into();
        TenantConnection::new(tenant.clone(), Source::Owner(self.owner.clone()), begin)
    }

    fn connection(&self, access: &TenantAccess, begin: &'static str) -> TenantConnection {
        let (tenant, pool) = (access.tenant(), self.requests.clone());
        let (source, begin) = match self.settings.tenant_roles {
            TenantRoles::Shared => (Source::Requests(pool), begin.into()),
            TenantRoles::PerTenant => (
                Source::OwnRole(pool),
                format!("{begin}; SET LOCAL ROLE {}", tenant.role()).into(),
            ),
        };
        TenantConnection::new(tenant.clone(), source, begin)
    }

    pub(crate) fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    /// Checks that the database answers. The check uses its own connection, and its result is reused for one second.
    ///
    /// # Errors
    /// Database errors.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.health.check().await.map_err(query_error)
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        self.listener.abort();
        self.forwarder.abort();
    }
}

fn options(url: &str, settings: &DatabaseSettings) -> Result<PgConnectOptions, TenancyError> {
    let options: PgConnectOptions = url
        .parse()
        .map_err(|error| TenancyError::Unsuitable(format!("invalid database URL: {error}")))?;
    Ok(options
        .application_name("outlay")
        .statement_cache_capacity(settings.statement_cache)
        .disable_statement_logging())
}

async fn owner_pool(settings: &DatabaseSettings) -> Result<PgPool, TenancyError> {
    let pool = PgPoolOptions::new()
        .max_connections(settings.control_connections)
        .acquire_timeout(settings.acquire_timeout);
    Ok(pool.connect_with(options(&settings.url, settings)?).await?)
}

fn request_pool(settings: &DatabaseSettings) -> Result<TenantPool, TenancyError> {
    let options = match &settings.login {
        RequestLogin::Direct(url) => options(url, settings)?,
        // The same settings as those of the request role when it signs in itself. As startup options they cannot be
        // lost: a pooler between client and server either applies them or rejects the connection.
        RequestLogin::Switch => options(&settings.url, settings)?.options([
            ("role", REQUEST_ROLE),
            ("search_path", r#""""#),
            (
                "statement_timeout",
                &settings.statement_timeout.as_millis().to_string(),
            ),
        ]),
    };
    TenantPool::new(
        &options,
        settings.connections,
        settings.tenants_per_connection,
        settings.acquire_timeout,
    )
}

/// Checks the server version, migrates the shared schema, and creates the request role.
async fn prepare(
    shared: &DatabaseConnection,
    settings: &DatabaseSettings,
) -> Result<(), TenancyError> {
    let version = shared
        .query_one_raw(sea_orm::Statement::from_string(
            sea_orm::DbBackend::Postgres,
            "SELECT current_setting('server_version_num')::int / 10000 AS version",
        ))
        .await?
        .map(|row| row.try_get::<i32>("", "version"))
        .transpose()?
        .unwrap_or_default();
    if version < MINIMUM_SERVER_VERSION {
        return Err(TenancyError::Unsuitable(format!(
            "the server is PostgreSQL {version}; Outlay needs {MINIMUM_SERVER_VERSION} or newer"
        )));
    }
    let transaction = shared.begin().await?;
    outlay_migration::prepare_shared_schema(&transaction).await?;
    outlay_migration::SharedMigrator::up(&transaction, None).await?;
    transaction.execute_unprepared(&request_role(settings)).await.map_err(|error| {
        TenancyError::Unsuitable(format!(
            "cannot create the role {REQUEST_ROLE} ({error}); grant CREATEROLE to the login of DATABASE_URL, \
             or run as an administrator: CREATE ROLE {REQUEST_ROLE} NOLOGIN NOINHERIT; GRANT {REQUEST_ROLE} TO <login>"
        ))
    })?;
    transaction.commit().await?;
    Ok(())
}

/// SQL that creates the request role if the server does not have it. Its search path is empty, so an unqualified name
/// is never found.
fn request_role(settings: &DatabaseSettings) -> String {
    let login = match settings.login {
        RequestLogin::Direct(_) => "LOGIN",
        RequestLogin::Switch => "NOLOGIN",
    };
    let timeout = settings.statement_timeout.as_millis();
    format!(
        "DO $$ BEGIN
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{REQUEST_ROLE}') THEN
             CREATE ROLE {REQUEST_ROLE} {login} NOINHERIT;
             ALTER ROLE {REQUEST_ROLE} SET search_path = '';
             ALTER ROLE {REQUEST_ROLE} SET statement_timeout = {timeout};
             ALTER ROLE {REQUEST_ROLE} SET idle_in_transaction_session_timeout = {timeout};
             GRANT {REQUEST_ROLE} TO CURRENT_USER;
           ELSIF '{login}' = 'LOGIN'
             AND EXISTS (SELECT FROM pg_roles WHERE rolname = '{REQUEST_ROLE}' AND NOT rolcanlogin) THEN
             -- Not unconditionally: of two servers that alter the role concurrently, one fails.
             ALTER ROLE {REQUEST_ROLE} LOGIN;
           END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN
           NULL; -- another server created it concurrently
         END $$"
    )
}
