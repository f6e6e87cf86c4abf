//! What happens in an organization, told while it happens.
//!
//! The audit trail is the log of events: it is written in the transaction of each write anyway, so that telling costs
//! a write no statement more. A [hub](hub) reads what is new in a tenant's log once in each process, whoever wants to
//! know; a subscriber that falls behind, or comes back with a [cursor], reads the log itself. So nothing is told
//! that was not committed, nothing is lost with a connection, and nothing is told twice.

mod cursor;
mod event;
mod guard;
mod hub;
mod log;
mod snapshot;
mod subscription;

pub use cursor::Cursor;
pub use event::{BudgetAlert, Event, ImportProgress, ImportState};
pub use subscription::{Interest, Payload, Publication, Subscription};

pub(crate) use hub::Hubs;

use outlay_entity::tenant::ImportId;
use outlay_tenancy::{TenantId, Topic};

use crate::{Action, Context, Outlay, Result, WriteContext};

/// Where the log stands in the context's snapshot: after it comes all that the snapshot does not see.
///
/// # Errors
/// The database's own.
pub async fn cursor(cx: &Context) -> Result<Cursor> {
    log::current_snapshot(cx).await.map(Cursor::at)
}

impl Outlay {
    /// Has the events of a write that has committed told, if they are of a kind that anybody is told.
    pub(crate) fn publish(&self, tenant: TenantId, action: Action) {
        if action.is_told() {
            self.tenancy().signals().publish(Topic::Log(tenant), "");
        }
    }
}

/// Tells how far an import is, from its transaction, whose rows nobody else sees yet. When it is dropped before
/// [`finish`](Self::finish), it tells that the import was given up.
pub(crate) struct ImportReporter<'a> {
    cx: &'a WriteContext,
    import_id: ImportId,
    total: i64,
    done: i64,
    is_finished: bool,
}

impl<'a> ImportReporter<'a> {
    pub(crate) fn new(cx: &'a WriteContext, import_id: ImportId, total: i64) -> Self {
        let reporter = Self {
            cx,
            import_id,
            total,
            done: 0,
            is_finished: false,
        };
        reporter.report(false);
        reporter
    }

    /// So many more lines have become expenses.
    pub(crate) fn advance(&mut self, lines: usize) {
        self.done += i64::try_from(lines).unwrap_or_default();
        self.report(false);
    }

    /// The import is done, and the log will say so.
    pub(crate) fn finish(mut self) {
        self.is_finished = true;
    }

    fn report(&self, is_abandoned: bool) {
        let text =
            ImportProgress::encode_running(self.import_id, self.done, self.total, is_abandoned);
        let topic = Topic::Import(self.cx.access().tenant().id());
        self.cx.signals().publish(topic, &text);
    }
}

impl Drop for ImportReporter<'_> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.report(true);
        }
    }
}
