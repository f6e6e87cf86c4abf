//! Sign-in sessions.

use sea_orm::entity::prelude::*;

use super::OrganizationId;

/// One sign-in, kept alive by refresh tokens that are each used once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "session")]
pub struct Model {
    /// Primary key, a time-ordered UUID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who signed in.
    pub user_id: Uuid,
    /// The organization that the session is bound to.
    pub organization_id: Option<OrganizationId>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// No refresh after this.
    pub expires_at: DateTimeUtc,
    /// When it was ended, if it was.
    pub revoked_at: Option<DateTimeUtc>,
    /// `SIGNED_OUT` or `REUSED_TOKEN`.
    pub revoked_reason: Option<String>,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
