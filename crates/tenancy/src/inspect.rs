//! Inspecting a database without changing it, for diagnosis.

use outlay_migration::tenant_version;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QueryResult,
    Statement,
};

use crate::{TenancyError, control::REQUEST_ROLE};

/// The state of a database.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The server's version as it reports it, such as `17.2`.
    pub server_version: String,
    /// The major version.
    pub major: i32,
    /// Whether the role of requests exists.
    pub has_request_role: bool,
    /// Whether the login may create roles.
    pub may_create_roles: bool,
    /// The organizations; none before the shared schema is created.
    pub organizations: Option<Organizations>,
}

/// The number of organizations, by the version of their schema.
#[derive(Debug, Clone, Copy)]
pub struct Organizations {
    /// All of them.
    pub total: i64,
    /// Those with pending migrations.
    pub behind: i64,
    /// Those that a newer version of Outlay migrated.
    pub ahead: i64,
}

/// Connects to a database, reads its state and disconnects.
///
/// # Errors
/// [`TenancyError::Database`] when it cannot be reached or a query fails.
pub async fn inspect(url: &str) -> Result<Inspection, TenancyError> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await?;
    let inspected = examine(&database).await;
    let closed = database.close().await;
    let inspection = inspected?;
    closed?;
    Ok(inspection)
}

async fn examine(database: &DatabaseConnection) -> Result<Inspection, DbErr> {
    let sql = format!(
        "SELECT current_setting('server_version') AS version,
                current_setting('server_version_num')::int / 10000 AS major,
                rolsuper OR rolcreaterole AS may_create_roles,
                EXISTS (SELECT FROM pg_roles WHERE rolname = '{REQUEST_ROLE}') AS has_role,
                to_regclass('outlay.organization') IS NOT NULL AS has_schema
         FROM pg_roles WHERE rolname = current_user"
    );
    let row = one(database, sql).await?;
    let organizations = if row.try_get("", "has_schema")? {
        Some(organizations(database).await?)
    } else {
        None
    };
    Ok(Inspection {
        server_version: row.try_get("", "version")?,
        major: row.try_get("", "major")?,
        has_request_role: row.try_get("", "has_role")?,
        may_create_roles: row.try_get("", "may_create_roles")?,
        organizations,
    })
}

async fn organizations(database: &DatabaseConnection) -> Result<Organizations, DbErr> {
    let newest = tenant_version();
    let sql = format!(
        "SELECT count(*) AS total,
                count(*) FILTER (WHERE schema_version < {newest}) AS behind,
                count(*) FILTER (WHERE schema_version > {newest}) AS ahead
         FROM outlay.organization"
    );
    let row = one(database, sql).await?;
    Ok(Organizations {
        total: row.try_get("", "total")?,
        behind: row.try_get("", "behind")?,
        ahead: row.try_get("", "ahead")?,
    })
}

async fn one(database: &DatabaseConnection, sql: String) -> Result<QueryResult, DbErr> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = database.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the query returned no row".into()))
}
