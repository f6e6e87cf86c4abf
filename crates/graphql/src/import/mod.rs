//! Imports in the schema.

mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use outlay_domain::{
    entity::tenant::{self, import::Model},
    import,
};

use crate::{
    at_hand::at_hand,
    connection::connection,
    error::{Answer, problem},
    id::Kind,
    loader,
    member::Member,
    money::Money,
    scalar::DateTime,
};

pub use mutation::ImportMutation;
pub use query::ImportQuery;

/// How an import ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::ImportStatus")]
pub enum ImportStatus {
    /// A dry run: every line could be read, nothing was written.
    Checked,
    /// Every line is an expense now.
    Completed,
    /// Some lines could not be read, so nothing was written.
    Failed,
}

/// One reading of a file of payments: all of it became expenses, or nothing did.
#[derive(Clone)]
pub struct Import(Arc<Model>);

impl From<Model> for Import {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Import {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// One reading of a file of payments: all of it became expenses, or nothing did.
#[Object]
impl Import {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Import.id(self.0.id)
    }

    /// The file's name.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// How it ended.
    async fn status(&self) -> ImportStatus {
        self.0.status.into()
    }

    /// Lines of data in the file; the heading and empty lines do not count.
    async fn total_rows(&self) -> i64 {
        self.0.total_rows
    }

    /// Expenses made: all lines, or none.
    async fn imported_rows(&self) -> i64 {
        self.0.imported_rows
    }

    /// Lines that were not made into expenses.
    async fn skipped_rows(&self) -> i64 {
        self.0.skipped_rows
    }

    /// Sum of the amounts that could be read, in the file's currency.
    async fn total(&self) -> Result<Money> {
        Money::stored(self.0.amount, &self.0.currency).map_err(|error| problem(&error))
    }

    /// What kept lines from being read, in the order of the file; the first thousand are kept.
    async fn problems(
        &self,
        #[graphql(desc = "So many, 1 to 100.", validator(minimum = 1, maximum = 100))] first: i32,
    ) -> Vec<ImportProblem> {
        let count = usize::try_from(first).unwrap_or_default();
        import::problems(&self.0)
            .into_iter()
            .take(count)
            .map(Into::into)
            .collect()
    }

    /// Who imported it.
    async fn member(&self, ctx: &Context<'_>) -> Answer<Member> {
        loader::member(ctx, self.0.member_id).await
    }

    /// When.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

/// Why a line of a file could not be read.
#[derive(SimpleObject)]
pub struct ImportProblem {
    /// The line's number as a person counts; the heading is line 1.
    row: u64,
    /// The column's heading; null when it is about the whole line.
    column: Option<String>,
    /// What kind of problem it is, such as `AMBIGUOUS_DATE` or `TOO_MANY_DECIMALS`.
    code: String,
    /// What is wrong and what would be right, for people.
    message: String,
}

impl From<import::ImportProblem> for ImportProblem {
    fn from(problem: import::ImportProblem) -> Self {
        Self {
            row: problem.row,
            column: problem.column,
            code: problem.code,
            message: problem.message,
        }
    }
}

at_hand! { Import, |Self(row), _, _|
    "id" => Kind::Import.id(row.id).0,
}

connection! {
    /// Imports, the newest first.
    ImportConnection, ImportEdge of Import = Model,
    filter: (), |cx, _filter| import::count(cx)
}
