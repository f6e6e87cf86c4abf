//! Imports.

use sea_orm::entity::prelude::*;

use super::ImportStatus;

crate::positional! {
    /// One reading of a file of payments.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(schema_name = "{tenant}", table_name = "import")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Who imported.
        pub member_id: Uuid,
        /// The file's name, as given.
        pub file_name: String,
        /// SHA-256 of the file.
        pub file_hash: Vec<u8>,
        /// How it ended.
        pub status: ImportStatus,
        /// The importer said that a file imported before is meant.
        pub repeated: bool,
        /// ISO 4217 code of the amounts.
        pub currency: String,
        /// Lines of data read.
        pub total_rows: i64,
        /// Expenses made.
        pub imported_rows: i64,
        /// Lines not made into expenses.
        pub skipped_rows: i64,
        /// Sum of the amounts read, in `currency`.
        pub amount: Decimal,
        /// The lines that could not be read, the first thousand.
        pub problems: Json,
        /// When the row was made.
        pub created_at: DateTimeUtc,
    }
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
