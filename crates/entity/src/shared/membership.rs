//! The sign-in directory: who belongs where.

use sea_orm::entity::prelude::*;

use super::OrganizationId;
use crate::tenant::MemberId;

/// One user's membership of one organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "membership")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// The organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The member row in the organization's own schema.
    pub member_id: MemberId,
    /// False once the member is deactivated.
    pub active: bool,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
