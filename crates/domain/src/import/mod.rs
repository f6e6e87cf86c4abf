//! Imports: files of payments made into expenses, all of them or none.
//!
//! A file is read twice. The first reading, [`ImportFile::survey`], checks every line and adds it up without touching
//! the database; the second, inside the command's transaction, inserts what the first has found good. So a bad last
//! line costs no rollback, a dry run is the first reading alone, and memory stays small however long the file is.

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

/// A line that could not be read, as it is kept with its import.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ImportProblem {
    /// Line number in the file as a person counts; the heading is line 1.
    pub row: u64,
    /// The column's heading.
    pub column: Option<String>,
    /// What kind of problem it is, in `SCREAMING_CASE`.
    pub code: String,
    /// What is wrong and what would be right.
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

/// Why a file that was imported before is rejected.
const REPEATED: &str =
    "This file was imported before; set allowRepeat to import its payments a second time.";

/// The problems kept with an import.
#[must_use]
pub fn problems(stored: &serde_json::Value) -> Vec<ImportProblem> {
    serde_json::from_value(stored.clone()).unwrap_or_default()
}

/// Imports, newest first.
///
/// # Errors
/// `Forbidden` for callers who may not see imports, `Invalid` for a cursor of another list.
pub async fn list(cx: &Context, request: &PageRequest, fetch: &Fetch) -> Result<Page<Row>> {
    cx.require(Permission::ReadAccounts)?;
    let order = Order::by("CREATED_AT", keys![Row: created_at Time]).descending();
    read::list::<Entity>(cx, &Condition::all(), order, request, fetch).await
}
