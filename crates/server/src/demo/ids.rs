//! Ids as clients of the API see them.

use anyhow::Result;
use outlay_graphql::Kind;
use outlay_migration::PLACEHOLDER;
use outlay_tenancy::TenantConnection;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// The global ids of a table's rows, oldest first.
pub(super) async fn read(db: &TenantConnection, table: &str, kind: Kind) -> Result<Vec<String>> {
    let sql = format!("SELECT id FROM {PLACEHOLDER}.{table} ORDER BY id");
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    rows.iter()
        .map(|row| Ok(kind.id(row.try_get("", "id")?).to_string()))
        .collect()
}
