//! Progress of imports.

use async_graphql::{Context, Enum, ID, Object};
use outlay_domain::live::{self, ImportStep, Told, What};

use crate::{error::Answer, id, import::Import, relation};

/// State of an import.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "live::ImportState")]
pub enum ImportState {
    /// It creates expenses, which become visible when it has finished.
    Running,
    /// It has ended, with or without expenses: see the import.
    Finished,
    /// It was aborted and wrote nothing.
    Abandoned,
}

/// Progress of an import.
pub struct ImportProgress {
    cursor: String,
    step: ImportStep,
}

impl ImportProgress {
    pub(super) fn of(told: Told) -> Option<Self> {
        let What::Import(step) = told.what else {
            return None;
        };
        Some(Self {
            cursor: told.cursor.encode(),
            step,
        })
    }
}

/// Progress of an import.
#[Object]
impl ImportProgress {
    /// Pass it as `after` to continue with the next event.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// State.
    async fn state(&self) -> ImportState {
        self.step.state.into()
    }

    /// Global id of the import.
    async fn import_id(&self) -> ID {
        id::encode(self.step.import_id)
    }

    /// Lines that became expenses so far.
    async fn done_rows(&self) -> i64 {
        self.step.done
    }

    /// Lines of data in the file.
    async fn total_rows(&self) -> i64 {
        self.step.total
    }

    /// The import as it is now; `null` while it is not visible yet.
    async fn import(&self, ctx: &Context<'_>) -> Answer<Import> {
        relation::find(ctx, self.step.import_id).await
    }
}
