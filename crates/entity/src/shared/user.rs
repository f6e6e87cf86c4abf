//! People who may sign in.

use sea_orm::entity::prelude::*;

/// An identity, which may be a member of many organizations.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "user")]
pub struct Model {
    /// Primary key, a time-ordered UUID.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Address to sign in with, in lower case.
    pub email: String,
    /// The name that others see.
    pub display_name: String,
    /// Argon2id, in PHC string format.
    pub password_hash: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it was last written.
    pub updated_at: DateTimeUtc,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
