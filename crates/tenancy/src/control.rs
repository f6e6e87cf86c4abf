//! The way in: connections for a verified tenant, and the owner's connection to the shared schema.

use std::{fmt::Write as _, sync::Arc};

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
    listener,
    pool::TenantPool,
    signals::{self, Signals},
};

/// The oldest PostgreSQL that Outlay is tried with.
const MINIMUM_SERVER_VERSION: i32 = 14;

/// The role that requests run as; it owns nothing and can create nothing.
pub(crate) const REQUEST_ROLE: &str = "outlay_request";

/// All tenants on one database, and the shared schema beside them.
pub struct Tenancy {
    shared: DatabaseConnection,
    owner: PgPool,
    requests: Arc<TenantPool>,
    directory: Arc<Directory>,
    signals: Arc<Signals>,
    settings: DatabaseSettings,
    begin_read: Arc<str>,
    begin_write: Arc<str>,
    listener: tokio::task::JoinHandle<()>,
    teller: tokio::task::JoinHandle<()>,
}

impl Tenancy {
    /// Connects, brings the shared schema up to date, and starts to follow changes of the directory.
    ///
    /// # Errors
    /// [`TenancyError::Unsuitable`] when the server is too old or the request role cannot be made, with the way out;
    /// [`TenancyError::Database`] when it cannot be reached.
    pub async fn open(settings: DatabaseSettings) -> Result<Self, TenancyError> {
        let owner = owner_pool(&settings).await?;
        let shared = DatabaseConnection::from(owner.clone());
        prepare(&shared, &settings).await?;
        let requests = Arc::new(request_pool(&settings)?);
        let signals = Arc::new(Signals::new());
        let directory = Arc::new(Directory::new(shared.clone(), signals.clone()));
        let listener = listener::follow(owner.clone(), directory.clone(), signals.clone()).await?;
        let teller = tokio::spawn(signals::carry(signals.clone(), shared.clone()));
        let begin_read = begin(&settings, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").into();
        let begin_write =
            begin(&settings, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").into();
        Ok(Self {
            shared,
            owner,
            requests,
            directory,
            signals,
            settings,
            begin_read,
            begin_write,
            listener,
            teller,
        })
    }

    /// The directory of organizations, members and ended sessions.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// What happens, for those who wait for it.
    #[must_use]
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// The shared schema: users, sessions, the organizations' public faces. No tenant's rows are in reach.
    #[must_use]
    pub fn shared(&self) -> &DatabaseConnection {
        &self.shared
    }

    /// A read-only snapshot of the tenant's data, taken at the first statement.
    #[must_use]
    pub fn read(&self, access: &TenantAccess) -> TenantConnection {
        self.connection(access, &self.begin_read)
    }

    /// A read-write transaction in the tenant's data, begun at the first statement.
    #[must_use]
    pub fn write(&self, access: &TenantAccess) -> TenantConnection {
        self.connection(access, &self.begin_write)
    }

    /// A read-write transaction of the owner's, in which a tenant's rows and the shared schema change together.
    ///
    /// For memberships only, which live in both: everything else uses [`write`](Self::write).
    #[must_use]
    pub fn write_shared(&self, tenant: &Arc<Tenant>) -> TenantConnection {
        let begin =
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL search_path = ''".into();
        TenantConnection::new(tenant.clone(), Source::Owner(self.owner.clone()), begin)
    }

    fn connection(&self, access: &TenantAccess, begin: &Arc<str>) -> TenantConnection {
        let tenant = access.tenant();
        let begin = match self.settings.tenant_roles {
            TenantRoles::Shared => begin.clone(),
            TenantRoles::PerTenant => format!("{begin}; SET LOCAL ROLE {}", tenant.role()).into(),
        };
        TenantConnection::new(
            tenant.clone(),
            Source::Requests(self.requests.clone()),
            begin,
        )
    }

    pub(crate) fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    /// Whether the database answers now.
    ///
    /// # Errors
    /// The database's own.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.shared.execute_unprepared("SELECT 1").await.map(drop)
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        self.listener.abort();
        self.teller.abort();
    }
}

/// The statement that begins a transaction of a request, with everything that is local to it.
fn begin(settings: &DatabaseSettings, begin: &str) -> String {
    let mut batch = begin.to_owned();
    if let RequestLogin::Switch = settings.login {
        // Writing into a String cannot fail.
        let _ = write!(
            batch,
            "; SET LOCAL ROLE {REQUEST_ROLE}; SET LOCAL search_path = ''; SET LOCAL statement_timeout = {}",
            settings.statement_timeout.as_millis()
        );
    }
    batch
}

fn options(url: &str, settings: &DatabaseSettings) -> Result<PgConnectOptions, TenancyError> {
    let options: PgConnectOptions = url.parse().map_err(|error| {
        TenancyError::Unsuitable(format!("the database URL cannot be read: {error}"))
    })?;
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
    let url = match &settings.login {
        RequestLogin::Direct(url) => url,
        RequestLogin::Switch => &settings.url,
    };
    let options = options(url, settings)?;
    TenantPool::new(
        &options,
        settings.connections,
        settings.tenants_per_connection,
        settings.acquire_timeout,
    )
}

/// Checks the server, migrates the shared schema, makes the role of requests.
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
            "the role {REQUEST_ROLE} cannot be made ({error}); give the login of DATABASE_URL the right CREATEROLE, \
             or run as an administrator: CREATE ROLE {REQUEST_ROLE} NOLOGIN NOINHERIT; GRANT {REQUEST_ROLE} TO <login>"
        ))
    })?;
    transaction.commit().await?;
    Ok(())
}

/// Makes the role of requests, once a server. Its search path is empty: a name without a schema finds nothing.
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
           ELSIF '{login}' = 'LOGIN' THEN
             ALTER ROLE {REQUEST_ROLE} LOGIN;
           END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN
           NULL; -- another server made it at this moment
         END $$"
    )
}
