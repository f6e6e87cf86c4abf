//! Imports in the schema.

mod mutation;

use async_graphql::{Enum, Result, SimpleObject};
use outlay_derive::fields;
use outlay_domain::{
    entity::tenant::{self, MemberId, import},
    import as imports,
};
use rust_decimal::Decimal;

use crate::{error::unread, member::Member, money::Money, relation::One, root::query};

pub use mutation::ImportMutation;

/// Outcome of an import.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::ImportStatus")]
pub enum ImportStatus {
    /// Dry run: every line could be read. Nothing was written.
    Checked,
    /// Every line became an expense.
    Completed,
    /// Some lines could not be read. Nothing was written.
    Failed,
}

/// An import of a CSV file of payments. Either every line becomes an expense, or none.
#[fields(import, immutable)]
impl Import {
    /// Name of the file.
    fn file_name(file_name: &str) -> &str {
        file_name
    }

    /// Outcome of the import.
    fn status(status: tenant::ImportStatus) -> ImportStatus {
        status.into()
    }

    /// Number of lines of data in the file, without the heading and empty lines.
    fn total_rows(total_rows: i64) -> i64 {
        total_rows
    }

    /// Number of expenses created: `totalRows` or 0.
    fn imported_rows(imported_rows: i64) -> i64 {
        imported_rows
    }

    /// Number of lines that did not become expenses.
    fn skipped_rows(skipped_rows: i64) -> i64 {
        skipped_rows
    }

    /// Sum of the amounts that could be read, in the currency of the file.
    fn total(amount: Decimal, currency: &str) -> outlay_domain::Result<Money> {
        Money::stored(amount, currency)
    }

    /// Problems with lines that could not be read, in the order of the file. At most the first 1,000 problems are stored.
    #[reads(problems)]
    async fn problems(
        &self,
        #[graphql(
            desc = "Returns the first *n* problems (1 to 100).",
            validator(minimum = 1, maximum = 100)
        )]
        first: i32,
    ) -> Result<Vec<ImportProblem>> {
        let stored = self.0.problems().map_err(|error| unread(&error))?;
        let problems = imports::problems(stored).into_iter();
        let count = usize::try_from(first).unwrap_or_default();
        Ok(problems.take(count).map(Into::into).collect())
    }

    /// The member who imported the file.
    fn member(member_id: MemberId) -> One<Member> {
        member_id.into()
    }
}

/// A problem with a line of an imported file.
#[derive(SimpleObject)]
pub struct ImportProblem {
    /// Line number in the file; the heading is line 1.
    row: u64,
    /// Heading of the column; `null` when the problem concerns the whole line.
    column: Option<String>,
    /// Machine-readable code, such as `AMBIGUOUS_DATE` or `TOO_MANY_DECIMALS`.
    code: String,
    /// Message for people that describes the problem and its solution.
    message: String,
}

impl From<imports::ImportProblem> for ImportProblem {
    fn from(problem: imports::ImportProblem) -> Self {
        Self {
            row: problem.row,
            column: problem.column,
            code: problem.code,
            message: problem.message,
        }
    }
}

query! {
    /// Queries about imports.
    ImportQuery of Import;
    /// The organization's imports, newest first. For owners, admins, finance and viewers; `null`, with the error
    /// `FORBIDDEN`, for others.
    imports() -> Answer |cx, request, fetch| imports::list(cx, request, fetch).await;
    /// The import with this id. `null` when it does not exist or the caller is not allowed to see it.
    import;
}
