//! Imports: files of payments made into expenses, all of them or none.
//!
//! A file is read twice. The first reading, [`ImportFile::survey`], checks every line and adds it up without touching
//! the database; the second, inside the command's transaction, inserts what the first has found good. So a bad last
//! line costs no rollback, a dry run is the first reading alone, and memory stays small however long the file is.

mod names;
mod rows;
mod survey;
mod write;

use outlay_entity::tenant::import::{Column, Entity, Model};
use sea_orm::{EntityTrait, PaginatorTrait};
use uuid::Uuid;

use crate::{
    Context, Result,
    page::{self, Key, KeyKind, Ordering, Page, PageRequest},
    permission::Permission,
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

/// The problems kept with an import.
#[must_use]
pub fn problems(import: &Model) -> Vec<ImportProblem> {
    serde_json::from_value(import.problems.clone()).unwrap_or_default()
}

/// Imports, the newest first.
///
/// # Errors
/// `Forbidden` for those who do not see imports, `Invalid` for a cursor that is none.
pub async fn list(cx: &Context, request: &PageRequest) -> Result<Page<Model>> {
    cx.require(Permission::ReadAccounts)?;
    let ordering = Ordering::<Entity> {
        name: "CREATED_AT",
        columns: vec![Column::CreatedAt, Column::Id],
        descending: true,
        keys: |row| vec![Key::Time(row.created_at), Key::Id(row.id)],
        kinds: &[KeyKind::Time, KeyKind::Id],
    };
    page::fetch(cx.db(), Entity::find(), &ordering, request).await
}

/// How many imports there are.
///
/// # Errors
/// `Forbidden` for those who do not see imports.
pub async fn count(cx: &Context) -> Result<u64> {
    cx.require(Permission::ReadAccounts)?;
    Ok(Entity::find().count(cx.db()).await?)
}

/// The imports of these ids that there are, in no order; none for those who do not see imports.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    if !cx.can(Permission::ReadAccounts) {
        return Ok(Vec::new());
    }
    page::by_ids(cx.db(), Entity::find(), Column::Id, ids).await
}
