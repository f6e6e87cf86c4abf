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

/// Result of an import.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::ImportStatus")]
pub enum ImportStatus {
    /// A dry run: every line could be read, nothing was written.
    Checked,
    /// Every line became an expense.
    Completed,
    /// Some lines could not be read, so nothing was written.
    Failed,
}

/// One reading of a file of payments: all of it became expenses, or nothing did.
#[fields(import, immutable)]
impl Import {
    /// The file's name.
    fn file_name(file_name: &str) -> &str {
        file_name
    }

    /// How it ended.
    fn status(status: tenant::ImportStatus) -> ImportStatus {
        status.into()
    }

    /// Lines of data in the file, without the heading and empty lines.
    fn total_rows(total_rows: i64) -> i64 {
        total_rows
    }

    /// Expenses created: all lines, or none.
    fn imported_rows(imported_rows: i64) -> i64 {
        imported_rows
    }

    /// Lines that did not become expenses.
    fn skipped_rows(skipped_rows: i64) -> i64 {
        skipped_rows
    }

    /// Sum of the amounts that could be read, in the file's currency.
    fn total(amount: Decimal, currency: &str) -> outlay_domain::Result<Money> {
        Money::stored(amount, currency)
    }

    /// Why lines could not be read, in the order of the file. The first thousand problems are kept.
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

/// Why a line of a file could not be read.
#[derive(SimpleObject)]
pub struct ImportProblem {
    /// Line number in the file; the heading is line 1.
    row: u64,
    /// Heading of the column; `null` when the problem concerns the whole line.
    column: Option<String>,
    /// Machine-readable code, such as `AMBIGUOUS_DATE` or `TOO_MANY_DECIMALS`.
    code: String,
    /// Description for people: what is wrong and what would be right.
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
