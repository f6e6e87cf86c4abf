//! Reads the event log of a tenant once for all its subscribers in this process.

use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use outlay_tenancy::{TenantAccess, TenantId, Topic};
use parking_lot::Mutex;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::{
    cursor::Cursor,
    event::{BudgetAlert, Event, ImportProgress},
    log,
    snapshot::PgSnapshot,
};
use crate::{Context, Error, Outlay, Result};

/// Interval between reads without a signal. A server that dies between a commit and its notification sends no signal.
const POLL_INTERVAL: Duration = Duration::from_secs(10);
/// Minimum interval between two reads. Events written in between are read together.
const MIN_INTERVAL: Duration = Duration::from_millis(10);
/// Interval before a failed read is repeated.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);
/// Maximum number of subscribers that join in one read.
const MAX_JOINS: usize = 1_000;
/// Number of messages that a subscriber may lag behind before it has to read the log itself.
const CAPACITY: usize = 32;

/// Maximum number of pages that a hub reads for all subscribers. Each page sorts the whole batch again, so a longer
/// batch would delay everybody.
const MAX_PAGES: usize = 4;

/// A message to all subscribers of a hub.
pub(super) enum Message {
    Events(EventPage),
    Import(ImportProgress),
    /// There are more events than the hub reads for all. Each subscriber reads the log itself.
    Lagged,
}

/// The events between two snapshots. A long batch has several pages.
pub(super) struct EventPage {
    pub(super) from: PgSnapshot,
    pub(super) upto: PgSnapshot,
    pub(super) events: Vec<Event>,
    /// On the last page, the alerts of the whole batch.
    pub(super) alerts: Vec<BudgetAlert>,
    pub(super) is_last: bool,
}

/// A request of a subscriber to join a hub.
pub(super) struct JoinRequest {
    pub(super) access: TenantAccess,
    /// The cursor of the events that the subscriber has received.
    pub(super) after: Option<Cursor>,
    /// Whether the subscriber needs budget alerts.
    pub(super) budgets: bool,
    pub(super) reply: oneshot::Sender<Result<JoinResponse>>,
}

/// The reply to a [`JoinRequest`]: the messages begin with the events that `upto` does not see.
pub(super) struct JoinResponse {
    pub(super) upto: PgSnapshot,
    /// The alerts between the cursor of the request and `upto`.
    pub(super) alerts: Vec<BudgetAlert>,
    pub(super) receiver: broadcast::Receiver<Arc<Message>>,
    pub(super) budget_subscriber: Option<BudgetSubscriber>,
}

/// Counts the subscribers that need budget alerts. It is decremented when this is dropped.
pub(super) struct BudgetSubscriber(Arc<AtomicUsize>);

impl BudgetSubscriber {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for BudgetSubscriber {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

type Joins = mpsc::UnboundedSender<JoinRequest>;

/// The hubs of this process: one for each tenant that has subscribers.
#[derive(Default)]
pub(crate) struct Hubs(Mutex<HashMap<TenantId, Joins>>);

impl Hubs {
    /// Joins the hub of the tenant. Starts the hub if there is none.
    pub(super) fn join(&self, outlay: &Arc<Outlay>, join: JoinRequest) {
        let tenant = join.access.tenant().id();
        let mut hubs = self.0.lock();
        let join = match hubs.get(&tenant) {
            Some(joins) => match joins.send(join) {
                Ok(()) => return,
                Err(mpsc::error::SendError(join)) => join,
            },
            None => join,
        };
        let (joins, received) = mpsc::unbounded_channel();
        let hub = Hub::new(outlay, join.access.clone(), received);
        // Cannot fail: the receiver is still held here.
        let _ = joins.send(join);
        hubs.insert(tenant, joins);
        tokio::spawn(hub.run());
    }
}

struct Hub {
    outlay: Weak<Outlay>,
    /// The access of a subscriber. The hub reads only as a member who has access.
    access: TenantAccess,
    joins: mpsc::UnboundedReceiver<JoinRequest>,
    log: watch::Receiver<Arc<str>>,
    imports: watch::Receiver<Arc<str>>,
    sender: broadcast::Sender<Arc<Message>>,
    budget_subscribers: Arc<AtomicUsize>,
    /// The snapshot up to which events were published; `None` before the first read.
    seen: Option<PgSnapshot>,
}

/// The result of one read of the log.
struct LogUpdate {
    now: PgSnapshot,
    messages: Vec<Message>,
    /// For each join request, the alerts since its cursor.
    missed: Vec<Result<Vec<BudgetAlert>>>,
}

impl Hub {
    fn new(
        outlay: &Arc<Outlay>,
        access: TenantAccess,
        joins: mpsc::UnboundedReceiver<JoinRequest>,
    ) -> Self {
        let tenant = access.tenant().id();
        let signals = outlay.tenancy().signals();
        Self {
            log: signals.subscribe(Topic::Log(tenant)),
            imports: signals.subscribe(Topic::Import(tenant)),
            outlay: Arc::downgrade(outlay),
            access,
            joins,
            sender: broadcast::Sender::new(CAPACITY),
            budget_subscribers: Arc::default(),
            seen: None,
        }
    }

    async fn run(mut self) {
        let mut joining = Vec::new();
        loop {
            tokio::select! {
                _ = self.joins.recv_many(&mut joining, MAX_JOINS) => {}
                _ = self.log.changed() => {}
                _ = self.imports.changed() => {
                    self.publish_import();
                    continue;
                }
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
            let Some(outlay) = self.outlay.upgrade() else {
                return;
            };
            if joining.is_empty() && self.sender.receiver_count() == 0 && self.try_stop(&outlay) {
                return;
            }
            let pause = match self.read(&outlay, &mut joining).await {
                Ok(()) => MIN_INTERVAL,
                Err(error) => {
                    tracing::warn!(
                        tenant = self.access.tenant().slug(),
                        ?error,
                        "cannot read events; retrying"
                    );
                    for join in joining.drain(..) {
                        let _ = join.reply.send(Err(Error::internal(format!("{error:?}"))));
                    }
                    self.log.mark_changed();
                    RETRY_INTERVAL
                }
            };
            drop(outlay);
            tokio::time::sleep(pause).await;
        }
    }

    /// Stops the hub unless a join request is pending. Returns whether it was stopped.
    fn try_stop(&mut self, outlay: &Outlay) -> bool {
        let mut hubs = outlay.hubs().0.lock();
        let is_unused = self.joins.is_empty();
        if is_unused {
            hubs.remove(&self.access.tenant().id());
        }
        is_unused
    }

    fn publish_import(&mut self) {
        let progress = ImportProgress::parse(&self.imports.borrow_and_update());
        if let Some(progress) = progress {
            // There may be no subscribers.
            let _ = self.sender.send(Arc::new(Message::Import(progress)));
        }
    }

    /// Publishes new events, and admits the subscribers in `joining`. A failed read publishes nothing and is repeated.
    async fn read(&mut self, outlay: &Outlay, joining: &mut Vec<JoinRequest>) -> Result<()> {
        self.log.mark_unchanged();
        joining.retain(|join| !join.reply.is_closed());
        if let Some(last) = joining.last() {
            self.access = last.access.clone();
        }
        let cx = outlay.read(&self.access, None);
        let update = self.read_all(&cx, joining).await;
        cx.release().await;
        let LogUpdate {
            now,
            messages,
            missed,
        } = update?;
        for message in messages {
            let _ = self.sender.send(Arc::new(message));
        }
        for (join, missed) in joining.drain(..).zip(missed) {
            let joined = missed.map(|alerts| JoinResponse {
                upto: now.clone(),
                alerts,
                receiver: self.sender.subscribe(),
                budget_subscriber: join
                    .budgets
                    .then(|| BudgetSubscriber::new(&self.budget_subscribers)),
            });
            let _ = join.reply.send(joined);
        }
        self.seen = Some(now);
        Ok(())
    }

    async fn read_all(&self, cx: &Context, joining: &[JoinRequest]) -> Result<LogUpdate> {
        let now = log::current_snapshot(cx).await?;
        let mut messages = Vec::new();
        if let Some(from) = &self.seen
            && *from != now
        {
            let mut after = None;
            loop {
                let events = log::read(cx, from, &now, after).await?;
                after = events.last().map(|event| event.position);
                let is_last = events.len() < log::PAGE;
                let is_empty = events.is_empty();
                let alerts = if is_last && self.budget_subscribers.load(Ordering::Relaxed) > 0 {
                    log::alerts(cx, from).await?
                } else {
                    Vec::new()
                };
                if messages.len() == MAX_PAGES {
                    messages = vec![Message::Lagged];
                    break;
                }
                if !is_empty || !messages.is_empty() {
                    messages.push(Message::Events(EventPage {
                        from: from.clone(),
                        upto: now.clone(),
                        events,
                        alerts,
                        is_last,
                    }));
                }
                if is_last {
                    break;
                }
            }
        }
        let mut missed = Vec::new();
        for join in joining {
            missed.push(match &join.after {
                Some(after) if !now.includes(after.newest()) => Err(Error::invalid(
                    "after",
                    "This cursor does not belong to the event log of this server: load the data again and use a new cursor.",
                )),
                Some(after) if join.budgets => Ok(missed_alerts(cx, after).await?),
                _ => Ok(Vec::new()),
            });
        }
        Ok(LogUpdate {
            now,
            messages,
            missed,
        })
    }
}

/// The alerts since a cursor. In a batch that was received in part, the alerts are ordered by the id of the budget.
async fn missed_alerts(cx: &Context, after: &Cursor) -> Result<Vec<BudgetAlert>> {
    let mut alerts = log::alerts(cx, &after.seen).await?;
    if let Some((upto, last)) = &after.part {
        alerts.retain(|alert| alert.budget_id.uuid() > last.id);
        let again = log::alerts(cx, upto).await?.into_iter();
        alerts.extend(again.filter(|alert| alert.budget_id.uuid() <= last.id));
    }
    Ok(alerts)
}
