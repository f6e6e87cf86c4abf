//! Custom host names.

use sea_orm::entity::prelude::*;

use super::OrganizationId;

/// A host name that means one organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "domain")]
pub struct Model {
    /// The host, in lower case, without a port.
    #[sea_orm(primary_key, auto_increment = false)]
    pub host: String,
    /// The organization that it means.
    pub organization_id: OrganizationId,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
