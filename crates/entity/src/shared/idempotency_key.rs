//! Keys of writes already done outside any organization.

use sea_orm::entity::prelude::*;

/// One write that must not happen twice.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "idempotency_key")]
pub struct Model {
    /// Who writes: a user, or the session that signs out.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// The mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    /// The key, chosen by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the input, without its password: the same key with another input is refused.
    pub request_hash: Vec<u8>,
    /// What the write made or ended: an organization, a user or a session.
    pub result_id: Uuid,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
