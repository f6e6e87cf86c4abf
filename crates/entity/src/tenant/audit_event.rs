//! The audit trail.

use sea_orm::entity::prelude::*;

/// One write: who did what, when, to which row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(schema_name = "{tenant}", table_name = "audit_event")]
pub struct Model {
    /// Primary key, a time-ordered UUID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub occurred_at: DateTimeUtc,
    /// Who; absent for the system itself.
    pub member_id: Option<Uuid>,
    /// What, such as `expense.approve`.
    pub action: String,
    /// The row written.
    pub subject_id: Uuid,
    /// The row's version after the write.
    pub version: Option<i32>,
    /// The values written.
    pub changes: Json,
    /// The request, as the log names it.
    pub request_id: Option<String>,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
