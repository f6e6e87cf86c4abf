//! Keys that sign access tokens.

use sea_orm::entity::prelude::*;

/// An Ed25519 key pair.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "outlay", table_name = "signing_key")]
pub struct Model {
    /// Key id, the `kid` of the tokens that it signs.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The private key, PKCS#8 DER.
    pub private_key: Vec<u8>,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
