//! Members.

use sea_orm::entity::prelude::*;

use super::{MemberStatus, Role};

crate::positional! {
    /// A person in this organization.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(schema_name = "{tenant}", table_name = "member")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The identity that signs in.
        pub user_id: Uuid,
        /// The user's address, as invited.
        pub email: String,
        /// The name that colleagues see.
        pub display_name: String,
        /// What the member may do.
        pub role: Role,
        /// Whether the member may sign in here.
        pub status: MemberStatus,
        /// The department that the member works in.
        pub department_id: Option<Uuid>,
        /// The member whom this one reports to.
        pub manager_id: Option<Uuid>,
        /// Number in the organization's own records.
        pub employee_id: Option<String>,
        /// Counts the writes; a write that names an older one is refused.
        pub version: i32,
        /// When the row was made.
        pub created_at: DateTimeUtc,
        /// When it was last written.
        pub updated_at: DateTimeUtc,
    }
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
