//! Invitations.

use sea_orm::entity::prelude::*;

use super::{InvitationStatus, Role};

crate::positional! {
    /// An offer of membership, sent to an address.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(schema_name = "{tenant}", table_name = "invitation")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The address invited, in lower case.
        pub email: String,
        /// The role that accepting gives.
        pub role: Role,
        /// The department that accepting gives.
        pub department_id: Option<Uuid>,
        /// The member who invited.
        pub invited_by: Uuid,
        /// What became of it.
        pub status: InvitationStatus,
        /// It cannot be accepted after this.
        pub expires_at: DateTimeUtc,
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
