//! Imports: create expenses from a file of payments, all or none.
//!
//! A file is read twice. The first pass, [`ImportFile::survey`], checks and sums up every line without accessing the
//! database. The second pass, inside the command's transaction, inserts the checked lines. An invalid last line
//! therefore needs no rollback, a dry run is the first pass alone, and memory use does not depend on the length of the
//! file.

mod names;
mod rows;
mod survey;
mod write;

use outlay_entity::tenant::import::{Entity, Model, Row};
use sea_orm::Condition;

use crate::{
    Context, Result,
    noun::{Noun, Unique, Visible},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
};

pub use outlay_import::{DateOrder, DecimalMark, Delimiter, Encoding, Mapping, UnknownOption};
pub use survey::{ImportFile, Progress, Survey};
pub use write::ImportExpenses;

/// A problem of a line, as stored with the import.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ImportProblem {
    /// Line number in the file, starting at 1; the heading is line 1.
    pub row: u64,
    /// The heading of the column.
    pub column: Option<String>,
    /// The kind of problem, in `SCREAMING_CASE`.
    pub code: String,
    /// Describes the problem and the valid values.
    pub message: String,
}

impl From<outlay_import::Problem> for ImportProblem {
    fn from(problem: outlay_import::Problem) -> Self {
        Self {
            row: problem.row,
            column: problem.column,
            code: problem.code.as_str().to_owned(),
            message: problem.message,
        }
    }
}

impl Noun for Entity {
    const NAME: &'static str = "import";
    const MANAGE: Permission = Permission::Import;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "import_file_key",
        field: Some("file"),
        message: REPEATED,
    }];

    fn visible(cx: &Context) -> Visible {
        Visible::with(cx, Permission::ReadAccounts)
    }

    fn state(row: &Model) -> serde_json::Value {
        serde_json::json!({
            "fileName": row.file_name, "status": row.status,
            "importedRows": row.imported_rows, "totalRows": row.total_rows,
        })
    }
}

/// Rejects a file that was imported before.
const REPEATED: &str =
    "This file was imported before; set allowRepeat to import its payments a second time.";

/// Reads the problems stored with an import.
#[must_use]
pub fn problems(stored: &serde_json::Value) -> Vec<ImportProblem> {
    serde_json::from_value(stored.clone()).unwrap_or_default()
}

/// Lists imports, newest first.
///
/// # Errors
/// `Forbidden` for callers who may not see imports, `Invalid` for a cursor of another list.
pub async fn list(cx: &Context, request: &PageRequest, fetch: &Fetch) -> Result<Page<Row>> {
    cx.require(Permission::ReadAccounts)?;
    let order = Order::by("CREATED_AT", keys![Row: created_at Time]).descending();
    read::list::<Entity>(cx, &Condition::all(), order, request, fetch).await
}
