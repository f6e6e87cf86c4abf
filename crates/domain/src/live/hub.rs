//! Reads the log of a tenant once for all who follow it in this process.

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
    event::{Crossing, Event, ImportStep},
    log,
    snapshot::Snapshot,
};
use crate::{Context, Error, Outlay, Result};

/// How often a hub looks without being told to: a server that dies between a commit and its notification tells nobody.
const SWEEP: Duration = Duration::from_secs(10);
/// The least time between two readings: what is written meanwhile is read together.
const PAUSE: Duration = Duration::from_millis(10);
/// The same after a failed one.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(250);
/// Subscribers let in by one reading.
const JOINING: usize = 1_000;
/// Pages that a subscriber may be behind before it has to read the log itself.
const BEHIND: usize = 32;

/// Pages that are read for all; to sort a longer batch again for each page, everybody would wait.
const TOGETHER: usize = 4;

/// What a hub tells all its subscribers.
pub(super) enum News {
    Page(Page),
    Import(ImportStep),
    /// More has happened than is told to all: whoever wants it reads the log.
    Behind,
}

/// Events between two snapshots; a long batch comes in several pages.
pub(super) struct Page {
    pub(super) from: Snapshot,
    pub(super) upto: Snapshot,
    pub(super) events: Vec<Event>,
    /// On the last page, those of the whole batch.
    pub(super) crossings: Vec<Crossing>,
    pub(super) is_last: bool,
}

/// Somebody who wants to follow a hub.
pub(super) struct Join {
    pub(super) access: TenantAccess,
    /// What was told already.
    pub(super) after: Option<Cursor>,
    /// Whether it wants to know of budgets.
    pub(super) budgets: bool,
    pub(super) reply: oneshot::Sender<Result<Joined>>,
}

/// Where a subscriber begins to follow: the news begin with what this snapshot does not see.
pub(super) struct Joined {
    pub(super) upto: Snapshot,
    /// The crossings between what was told already and `upto`.
    pub(super) crossings: Vec<Crossing>,
    pub(super) news: broadcast::Receiver<Arc<News>>,
    pub(super) watching: Option<Watching>,
}

/// Counts those for whom budgets are summed up.
pub(super) struct Watching(Arc<AtomicUsize>);

impl Watching {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

type Joins = mpsc::UnboundedSender<Join>;

/// The hubs of this process: one for each tenant that anybody follows.
#[derive(Default)]
pub(crate) struct Hubs(Mutex<HashMap<TenantId, Joins>>);

impl Hubs {
    /// Joins the tenant's hub, which is started when there is none.
    pub(super) fn join(&self, outlay: &Arc<Outlay>, join: Join) {
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
        // It is there as long as its receiver is, which is here.
        let _ = joins.send(join);
        hubs.insert(tenant, joins);
        tokio::spawn(hub.run());
    }
}

struct Hub {
    outlay: Weak<Outlay>,
    /// Of somebody who follows it: the hub reads what that member may reach, and nothing without a member.
    access: TenantAccess,
    joins: mpsc::UnboundedReceiver<Join>,
    log: watch::Receiver<Arc<str>>,
    imports: watch::Receiver<Arc<str>>,
    news: broadcast::Sender<Arc<News>>,
    watching: Arc<AtomicUsize>,
    /// What was told; none before the first reading.
    seen: Option<Snapshot>,
}

/// What one transaction has read.
struct Reading {
    now: Snapshot,
    news: Vec<News>,
    /// For each who joins, what it has missed.
    missed: Vec<Result<Vec<Crossing>>>,
}

impl Hub {
    fn new(
        outlay: &Arc<Outlay>,
        access: TenantAccess,
        joins: mpsc::UnboundedReceiver<Join>,
    ) -> Self {
        let tenant = access.tenant().id();
        let signals = outlay.tenancy().signals();
        Self {
            log: signals.follow(Topic::Log(tenant)),
            imports: signals.follow(Topic::Import(tenant)),
            outlay: Arc::downgrade(outlay),
            access,
            joins,
            news: broadcast::Sender::new(BEHIND),
            watching: Arc::default(),
            seen: None,
        }
    }

    async fn run(mut self) {
        let mut joining = Vec::new();
        loop {
            tokio::select! {
                _ = self.joins.recv_many(&mut joining, JOINING) => {}
                _ = self.log.changed() => {}
                _ = self.imports.changed() => {
                    self.tell_import();
                    continue;
                }
                () = tokio::time::sleep(SWEEP) => {}
            }
            let Some(outlay) = self.outlay.upgrade() else {
                return;
            };
            if joining.is_empty() && self.news.receiver_count() == 0 && self.leave(&outlay) {
                return;
            }
            let pause = match self.read(&outlay, &mut joining).await {
                Ok(()) => PAUSE,
                Err(error) => {
                    tracing::warn!(
                        tenant = self.access.tenant().slug(),
                        ?error,
                        "events cannot be read yet"
                    );
                    for join in joining.drain(..) {
                        let _ = join.reply.send(Err(Error::internal(format!("{error:?}"))));
                    }
                    self.log.mark_changed();
                    PAUSE_AFTER_FAILURE
                }
            };
            drop(outlay);
            tokio::time::sleep(pause).await;
        }
    }

    /// Ends the hub unless somebody is joining at this moment.
    fn leave(&mut self, outlay: &Outlay) -> bool {
        let mut hubs = outlay.hubs().0.lock();
        let is_alone = self.joins.is_empty();
        if is_alone {
            hubs.remove(&self.access.tenant().id());
        }
        is_alone
    }

    fn tell_import(&mut self) {
        let step = ImportStep::parse(&self.imports.borrow_and_update());
        if let Some(step) = step {
            // Nobody may be listening.
            let _ = self.news.send(Arc::new(News::Import(step)));
        }
    }

    /// Tells what is new, and lets those in who join. Nothing is told of a reading that fails: it is done again.
    async fn read(&mut self, outlay: &Outlay, joining: &mut Vec<Join>) -> Result<()> {
        self.log.mark_unchanged();
        joining.retain(|join| !join.reply.is_closed());
        if let Some(last) = joining.last() {
            self.access = last.access.clone();
        }
        let cx = outlay.read(&self.access, None);
        let reading = self.read_all(&cx, joining).await;
        cx.release().await;
        let Reading { now, news, missed } = reading?;
        for news in news {
            let _ = self.news.send(Arc::new(news));
        }
        for (join, missed) in joining.drain(..).zip(missed) {
            let joined = missed.map(|crossings| Joined {
                upto: now.clone(),
                crossings,
                news: self.news.subscribe(),
                watching: join.budgets.then(|| Watching::new(&self.watching)),
            });
            let _ = join.reply.send(joined);
        }
        self.seen = Some(now);
        Ok(())
    }

    async fn read_all(&self, cx: &Context, joining: &[Join]) -> Result<Reading> {
        let now = log::now(cx).await?;
        let mut news = Vec::new();
        if let Some(from) = &self.seen
            && *from != now
        {
            let mut after = None;
            loop {
                let events = log::read(cx, from, &now, after).await?;
                after = events.last().map(|event| event.position);
                let is_last = events.len() < log::PAGE;
                let is_empty = events.is_empty();
                let crossings = if is_last && self.watching.load(Ordering::Relaxed) > 0 {
                    log::crossings(cx, from).await?
                } else {
                    Vec::new()
                };
                if news.len() == TOGETHER {
                    news = vec![News::Behind];
                    break;
                }
                if !is_empty || !news.is_empty() {
                    news.push(News::Page(Page {
                        from: from.clone(),
                        upto: now.clone(),
                        events,
                        crossings,
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
                    "This cursor is not of this server's log: read anew, and subscribe after a new one.",
                )),
                Some(after) if join.budgets => Ok(missed_crossings(cx, after).await?),
                _ => Ok(Vec::new()),
            });
        }
        Ok(Reading { now, news, missed })
    }
}

/// The crossings since a cursor; of a batch that was told in part, the budgets are told in the order of their ids.
async fn missed_crossings(cx: &Context, after: &Cursor) -> Result<Vec<Crossing>> {
    let mut crossings = log::crossings(cx, &after.seen).await?;
    if let Some((upto, told)) = &after.part {
        crossings.retain(|crossing| crossing.budget_id.uuid() > told.id);
        let again = log::crossings(cx, upto).await?.into_iter();
        crossings.extend(again.filter(|crossing| crossing.budget_id.uuid() <= told.id));
    }
    Ok(crossings)
}
