//! Categories.

use sea_orm::entity::prelude::*;

crate::positional! {
    /// A kind of spending.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(schema_name = "{tenant}", table_name = "category")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Unique, whatever the case.
        pub name: String,
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
