//! Imports under way, as they are told.

use async_graphql::{Context, Enum, ID, Object};
use outlay_domain::live::{self, ImportStep, Told, What};

use crate::{error::Answer, id::Kind, import::Import, loader};

/// Where an import stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "live::ImportState")]
pub enum ImportState {
    /// It makes expenses, which nobody sees before it has finished.
    Running,
    /// It has ended, with expenses or without: the import says which.
    Finished,
    /// It was broken off, and left nothing behind.
    Abandoned,
}

/// How far an import has come.
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

/// How far an import has come.
#[Object]
impl ImportProgress {
    /// Subscribe after it to be told what comes next.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Where it stands.
    async fn state(&self) -> ImportState {
        self.step.state.into()
    }

    /// Global id of the import.
    async fn import_id(&self) -> ID {
        Kind::Import.id(self.step.import_id)
    }

    /// Lines made into expenses so far.
    async fn done_rows(&self) -> i64 {
        self.step.done
    }

    /// Lines of data in the file.
    async fn total_rows(&self) -> i64 {
        self.step.total
    }

    /// The import as it is now; null while nobody sees it yet.
    async fn import(&self, ctx: &Context<'_>) -> Answer<Import> {
        loader::import(ctx, self.step.import_id).await
    }
}
