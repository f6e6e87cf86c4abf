//! Creates users, organizations, memberships, domains, sessions and signing keys.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = include_str!("0001_create.sql");
        manager
            .get_connection()
            .execute_unprepared(sql)
            .await
            .map(drop)
    }
}
