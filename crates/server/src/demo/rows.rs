//! Rows in bulk: one statement for thousands.

use anyhow::{Context, Result};
use outlay_domain::entity::tenant::member;
use outlay_migration::PLACEHOLDER;
use outlay_tenancy::TenantConnection;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use serde::Serialize;
use uuid::Uuid;

/// Rows in one statement, so that its text stays below a few megabytes.
const CHUNK: usize = 5_000;

/// What an organization holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) members: usize,
    pub(super) expenses: usize,
    departments: usize,
}

impl Census {
    /// As provisioned.
    pub(super) const EMPTY: Self = Self {
        members: 1,
        expenses: 0,
        departments: 0,
    };
}

pub(super) async fn census(db: &TenantConnection) -> Result<Census> {
    let count = async |table: &str| {
        let sql = format!("SELECT count(*) AS count FROM {PLACEHOLDER}.{table}");
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = db.query_one_raw(statement).await?;
        let count: i64 = row.context("nothing was counted")?.try_get("", "count")?;
        anyhow::Ok(usize::try_from(count)?)
    };
    Ok(Census {
        members: count("member").await?,
        expenses: count("expense").await?,
        departments: count("department").await?,
    })
}

/// Inserts models, whose fields have the names of the table's columns.
pub(super) async fn insert<M: Serialize>(
    db: &TenantConnection,
    table: &str,
    rows: &[M],
) -> Result<()> {
    let sql = format!(
        "INSERT INTO {PLACEHOLDER}.{table}
         SELECT * FROM json_populate_recordset(NULL::{PLACEHOLDER}.{table}, $1::json)"
    );
    for chunk in rows.chunks(CHUNK) {
        let rows = serde_json::to_string(chunk)?;
        let insert = Statement::from_sql_and_values(DbBackend::Postgres, &sql, [rows.into()]);
        db.execute_raw(insert).await?;
    }
    Ok(())
}

/// The member who is this user.
pub(super) async fn member(db: &TenantConnection, user: Uuid) -> Result<member::Model> {
    let member = member::Entity::find().filter(member::Column::UserId.eq(user));
    member.one(db).await?.context("the owner is no member")
}

/// Tells the planner what is there, so that the first queries are planned as all later ones.
pub(super) async fn analyze(db: &TenantConnection) -> Result<()> {
    let tables = [
        "account",
        "budget",
        "category",
        "department",
        "expense",
        "member",
    ];
    let tables = tables
        .map(|table| format!("{PLACEHOLDER}.{table}"))
        .join(", ");
    db.execute_unprepared(&format!("ANALYZE {tables}")).await?;
    Ok(())
}
