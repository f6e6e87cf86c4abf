//! Keys of writes already done.

use sea_orm::entity::prelude::*;

use super::MemberId;

/// One write that must not happen twice.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(schema_name = "{tenant}", table_name = "idempotency_key")]
pub struct Model {
    /// Who writes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: MemberId,
    /// The mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    /// The key, chosen by the client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the input: the same key with another input is refused.
    pub request_hash: Vec<u8>,
    /// The row that the write made or changed.
    pub result_id: Option<Uuid>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
