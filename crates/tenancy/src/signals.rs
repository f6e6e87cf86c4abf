//! Tells whoever waits that something happened: here at once, and in the other server processes by NOTIFY.
//!
//! A write is told after its commit, not inside its transaction: transactions that notify hold one lock of the whole
//! database cluster while they commit, so every write of every tenant would wait for the disk in one queue. Told
//! afterwards, a notification carries no write, waits for no disk, and one takes what was written in the last moments
//! to all tenants. A signal can get lost with its process, so it is only a reason to look sooner: who waits for one
//! looks by itself now and then.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::TenantId;

/// The channel of NOTIFY that carries signals.
pub(crate) const CHANNEL: &str = "outlay_live";

/// The least time between two notifications: what is told meanwhile goes together.
const INTERVAL: Duration = Duration::from_millis(20);

/// PostgreSQL takes 8,000 bytes.
const MAX_PAYLOAD: usize = 7_900;

/// What somebody may wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Something was written to the tenant's log of events.
    Log(TenantId),
    /// An import of the tenant has come further.
    Import(TenantId),
    /// The organization or one of its members is not as it was.
    Directory(TenantId),
    /// The session was ended.
    Session(Uuid),
}

impl Topic {
    fn parse(line: &str) -> Option<(Self, &str)> {
        let (kind, rest) = line.split_once(' ')?;
        let (id, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let id = id.parse().ok()?;
        match kind {
            "log" => Some((Self::Log(id), text)),
            "import" => Some((Self::Import(id), text)),
            _ => None,
        }
    }

    /// Its line in a notification; none for what the directory's own channel tells.
    fn line(self, text: &str) -> Option<String> {
        match self {
            Self::Log(id) => Some(format!("log {id}")),
            Self::Import(id) => Some(format!("import {id} {text}")),
            Self::Directory(_) | Self::Session(_) => None,
        }
    }
}

/// Those who wait, and what the other processes have not been told yet.
pub struct Signals {
    /// Which process a notification is of: its own comes back to it.
    process: Uuid,
    subscribers: Mutex<Subscribers>,
    pending: Mutex<HashMap<Topic, Arc<str>>>,
    published: Notify,
}

#[derive(Default)]
struct Subscribers {
    topics: HashMap<Topic, watch::Sender<Arc<str>>>,
    /// How many topics there may be before those that nobody waits for are dropped.
    prune_at: usize,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self {
            process: Uuid::new_v4(),
            subscribers: Mutex::default(),
            pending: Mutex::default(),
            published: Notify::new(),
        }
    }

    /// Waits for this topic from now on; the value is what was told with the last signal.
    #[must_use]
    pub fn subscribe(&self, topic: Topic) -> watch::Receiver<Arc<str>> {
        let mut subscribers = self.subscribers.lock();
        if subscribers.topics.len() >= subscribers.prune_at {
            subscribers
                .topics
                .retain(|_, topic| topic.receiver_count() > 0);
            subscribers.prune_at = (2 * subscribers.topics.len()).max(64);
        }
        let sender = subscribers.topics.entry(topic);
        sender
            .or_insert_with(|| watch::Sender::new("".into()))
            .subscribe()
    }

    /// Tells those who wait in this process, and soon those in the others.
    pub fn publish(&self, topic: Topic, text: &str) {
        let text: Arc<str> = text.into();
        self.notify_local(topic, &text);
        self.pending.lock().insert(topic, text);
        self.published.notify_one();
    }

    /// Tells those who wait in this process.
    pub(crate) fn notify_local(&self, topic: Topic, text: &Arc<str>) {
        if let Some(sender) = self.subscribers.lock().topics.get(&topic) {
            sender.send_replace(text.clone());
        }
    }

    /// Tells everybody in this process to look, since signals may have been lost.
    pub(crate) fn notify_all(&self) {
        for sender in self.subscribers.lock().topics.values() {
            sender.send_modify(|_| {});
        }
    }

    /// Takes what another process has told.
    pub(crate) fn receive(&self, payload: &str) {
        let mut lines = payload.lines();
        if lines.next() == Some(self.process.to_string().as_str()) {
            return;
        }
        for line in lines {
            if let Some((topic, text)) = Topic::parse(line) {
                self.notify_local(topic, &text.into());
            } else {
                tracing::warn!(line, "unreadable signal");
            }
        }
    }

    /// What is to be told, in as few notifications as it fits.
    fn take_payloads(&self) -> Vec<String> {
        let pending = std::mem::take(&mut *self.pending.lock());
        let mut payloads: Vec<String> = Vec::new();
        for line in pending
            .iter()
            .filter_map(|(topic, text)| topic.line(text.lines().next().unwrap_or_default()))
        {
            match payloads.last_mut() {
                Some(last) if last.len() + line.len() < MAX_PAYLOAD => {
                    last.push('\n');
                    last.push_str(&line);
                }
                _ => payloads.push(format!("{}\n{line}", self.process)),
            }
        }
        payloads
    }
}

/// Carries signals to the other processes, until the task is aborted.
pub(crate) async fn forward(signals: Arc<Signals>, shared: DatabaseConnection) {
    loop {
        signals.published.notified().await;
        for payload in signals.take_payloads() {
            if let Err(error) = notify(&shared, payload).await {
                tracing::warn!(%error, "other servers could not be told of a change; they will look by themselves");
            }
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

async fn notify(shared: &DatabaseConnection, payload: String) -> Result<(), DbErr> {
    let values = [CHANNEL.into(), payload.into()];
    let notify =
        Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", values);
    shared.execute_raw(notify).await.map(drop)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{MAX_PAYLOAD, Signals, TenantId, Topic};

    #[tokio::test]
    async fn a_signal_reaches_other_processes_and_does_not_come_back() {
        let (here, there) = (Signals::new(), Signals::new());
        let (log, import) = (
            Topic::Log(TenantId::generate()),
            Topic::Import(TenantId::generate()),
        );
        let (mut local, mut remote) = (here.subscribe(log), there.subscribe(import));
        here.publish(log, "");
        here.publish(import, "1 2 3");
        assert!(local.has_changed().is_ok_and(|changed| changed));
        local.mark_unchanged();
        for payload in here.take_payloads() {
            here.receive(&payload);
            there.receive(&payload);
        }
        assert!(local.has_changed().is_ok_and(|changed| !changed));
        assert_eq!(&**remote.borrow_and_update(), "1 2 3");
    }

    #[test]
    fn signals_of_many_tenants_share_few_notifications_within_the_limit() {
        let signals = Signals::new();
        for _ in 0..1_000 {
            signals.publish(Topic::Log(TenantId::generate()), "");
        }
        let payloads = signals.take_payloads();
        assert!(payloads.len() < 10);
        assert!(payloads.iter().all(|payload| payload.len() <= MAX_PAYLOAD));
        let lines: usize = payloads.iter().map(|payload| payload.lines().count()).sum();
        assert_eq!(lines - payloads.len(), 1_000);
    }

    #[test]
    fn topics_without_subscribers_are_removed() {
        let signals = Signals::new();
        for _ in 0..10_000 {
            drop(signals.subscribe(Topic::Session(Uuid::now_v7())));
        }
        assert!(signals.subscribers.lock().topics.len() <= 64);
    }
}
