//! Imports.

use sea_orm::entity::prelude::*;

use super::{ImportStatus, MemberId};

crate::record::table! {
    /// One reading of a file of payments.
    immutable "import" {
        /// The member who imported the file.
        member_id: MemberId,
        /// The file's name, as given.
        file_name: String,
        /// SHA-256 of the file.
        file_hash: Vec<u8>,
        /// How it ended.
        status: ImportStatus,
        /// Whether the member confirmed that a file imported before is meant.
        repeated: bool,
        /// ISO 4217 code of the amounts.
        currency: String,
        /// Lines of data read.
        total_rows: i64,
        /// Expenses inserted.
        imported_rows: i64,
        /// Lines that did not become expenses.
        skipped_rows: i64,
        /// Sum of the amounts read, in `currency`.
        amount: Decimal,
        /// The lines that could not be read, the first thousand.
        problems: Json,
    }
}
