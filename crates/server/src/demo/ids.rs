//! Ids as clients of the API see them.

use anyhow::Result;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use outlay_migration::PLACEHOLDER;
use outlay_tenancy::TenantConnection;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

/// What an id is the id of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Department,
    Category,
    Budget,
    Member,
}

impl Kind {
    fn table(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Category => "category",
            Self::Budget => "budget",
            Self::Member => "member",
        }
    }
}

/// The global ids of a table's rows, oldest first.
pub(super) async fn read(db: &TenantConnection, kind: Kind) -> Result<Vec<String>> {
    let sql = format!("SELECT id FROM {PLACEHOLDER}.{} ORDER BY id", kind.table());
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    rows.iter()
        .map(|row| Ok(global(kind, row.try_get("", "id")?)))
        .collect()
}

/// The global id of a row. It belongs to `outlay_graphql::id`, and is that module's as soon as it is public.
fn global(kind: Kind, id: Uuid) -> String {
    let mut bytes = [0; 17];
    bytes[0] = match kind {
        Kind::Department => b'd',
        Kind::Category => b'c',
        Kind::Budget => b'b',
        Kind::Member => b'm',
    };
    bytes[1..].copy_from_slice(id.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
