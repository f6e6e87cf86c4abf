//! Migrations of the schema `outlay`, which all organizations share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr};

mod m0001_create;
mod m0002_idempotency_key;

/// The schema that holds users, sessions and the directory of organizations.
pub const SHARED_SCHEMA: &str = "outlay";

/// Brings the shared schema to the newest version; run it after [`prepare_shared_schema`], in the same transaction.
pub struct SharedMigrator;

#[async_trait::async_trait]
impl MigratorTrait for SharedMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_create::Migration),
            Box::new(m0002_idempotency_key::Migration),
        ]
    }
}

/// Creates the shared schema and makes it the place of the migration table until this transaction ends.
///
/// Takes a lock first, so that of several servers starting at once one migrates and the others wait.
///
/// # Errors
/// The database's own, for instance when the login may not create schemas.
pub async fn prepare_shared_schema(transaction: &impl ConnectionTrait) -> Result<(), DbErr> {
    transaction
        .execute_unprepared(
            "SELECT pg_advisory_xact_lock(hashtext('outlay.migrate'));
             SET LOCAL client_min_messages = warning;
             CREATE SCHEMA IF NOT EXISTS outlay;
             SET LOCAL search_path = outlay;",
        )
        .await
        .map(drop)
}
