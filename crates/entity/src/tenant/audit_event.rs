//! The audit trail.

use sea_orm::entity::prelude::*;

use super::MemberId;
use crate::Id;

/// One write: which member changed which row, how and when.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(schema_name = "{tenant}", table_name = "audit_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    /// When the transaction began.
    pub occurred_at: DateTimeUtc,
    /// The member who wrote; absent for the system itself.
    pub member_id: Option<MemberId>,
    /// The action, such as `expense.approve`.
    pub action: String,
    /// The row written.
    pub subject_id: Uuid,
    /// The row's version after the write.
    pub version: Option<i32>,
    /// The values written.
    pub changes: Json,
    /// The request's id, as in the log.
    pub request_id: Option<String>,
}

/// Joins are written where they are needed, never through SeaORM's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
