//! Live events: subscriptions to changes in an organization.
//!
//! The audit trail is the event log. Each write records its audit event in its own transaction anyway, so publishing
//! needs no further statement. A [hub](hub) reads the new events of a tenant once in each process for all subscribers.
//! A subscriber that lags, or reconnects with a [cursor], reads the log itself. Only committed events are published,
//! and a lost connection loses no event. Each event is delivered once, except that budget alerts of a batch that was
//! delivered in part may be repeated.

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

/// The cursor of the context's snapshot. The next events are those that the snapshot does not see.
///
/// # Errors
/// Database errors.
pub async fn cursor(cx: &Context) -> Result<Cursor> {
    log::current_snapshot(cx).await.map(Cursor::at)
}

impl Outlay {
    /// Publishes the event of a committed write, if subscriptions cover its action.
    pub(crate) fn publish(&self, tenant: TenantId, action: Action) {
        if action.is_published() {
            self.tenancy().signals().publish(Topic::Log(tenant), "");
        }
    }
}

/// Publishes the progress of an import while its transaction is open and its rows are not visible yet. Dropping the
/// reporter before [`finish`](Self::finish) publishes that the import was aborted.
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

    /// Adds `lines` that became expenses, and publishes the progress.
    pub(crate) fn advance(&mut self, lines: usize) {
        self.done += i64::try_from(lines).unwrap_or_default();
        self.report(false);
    }

    /// Ends the reports. The event log publishes the end of the import after the commit.
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
