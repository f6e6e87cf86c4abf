//! Migrations of the schema `outlay`, which is shared by all organizations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr};

mod m0001_create;
mod m0002_idempotency_key;

/// The schema of users, sessions and the directory of organizations.
pub const SHARED_SCHEMA: &str = "outlay";

/// Migrates the shared schema to the newest version. Run it after [`prepare_shared_schema`], in the same transaction.
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

/// Creates the shared schema and sets the search path to it until this transaction ends, so that the migration table is
/// created there.
///
/// Takes a lock first: if several servers start at the same time, one migrates and the others wait.
///
/// # Errors
/// Errors of the database, for example if the login lacks permission to create schemas.
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
