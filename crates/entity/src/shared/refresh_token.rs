//! Refresh tokens, hashed.

use sea_orm::entity::prelude::*;

/// One refresh token of a session, given out once and good for one use.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "refresh_token")]
pub struct Model {
    /// SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    /// The session that it refreshes.
    pub session_id: Uuid,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it was exchanged; a second exchange ends the session.
    pub used_at: Option<DateTimeUtc>,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
