//! Creates the idempotency keys of writes outside any organization.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = include_str!("0002_idempotency_key.sql");
        manager
            .get_connection()
            .execute_unprepared(sql)
            .await
            .map(drop)
    }
}
