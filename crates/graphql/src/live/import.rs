//! Progress of imports.

use async_graphql::{Context, Enum, ID, Object};
use outlay_domain::live::{self, Payload, Publication};

use crate::{error::Answer, id, import::Import, relation};

/// State of an import.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "live::ImportState")]
pub enum ImportState {
    /// The import is creating expenses. They become visible when it has finished.
    Running,
    /// The import has finished; `import` has the outcome.
    Finished,
    /// The import was aborted. Nothing was written.
    Abandoned,
}

/// Progress of an import.
pub struct ImportProgress {
    cursor: String,
    progress: live::ImportProgress,
}

impl ImportProgress {
    pub(super) fn of(publication: Publication) -> Option<Self> {
        let Payload::Import(progress) = publication.payload else {
            return None;
        };
        Some(Self {
            cursor: publication.cursor.encode(),
            progress,
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

    /// State of the import.
    async fn state(&self) -> ImportState {
        self.progress.state.into()
    }

    /// Global id of the import.
    async fn import_id(&self) -> ID {
        id::encode(self.progress.import_id)
    }

    /// Number of lines that have become expenses so far.
    async fn done_rows(&self) -> i64 {
        self.progress.done
    }

    /// Number of lines of data in the file.
    async fn total_rows(&self) -> i64 {
        self.progress.total
    }

    /// The import as it is now; `null` while it is not visible yet.
    async fn import(&self, ctx: &Context<'_>) -> Answer<Import> {
        relation::find(ctx, self.progress.import_id).await
    }
}
