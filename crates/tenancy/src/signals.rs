//! Publishes signals to subscribers: in this process immediately, in other server processes by NOTIFY.
//!
//! The signal of a write is published after its commit, not inside its transaction. Transactions that call NOTIFY hold
//! one lock of the whole database cluster while they commit, so the writes of all tenants would wait for the disk in
//! one queue. A notification after the commit writes nothing, does not wait for the disk, and carries the signals of
//! all tenants since the last one. A signal is lost if its process dies, so it is only a hint: subscribers also poll.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::TenantId;

/// The NOTIFY channel of signals.
pub(crate) const CHANNEL: &str = "outlay_live";

/// Minimum time between two notifications. Signals published in between are sent together.
const INTERVAL: Duration = Duration::from_millis(20);

/// PostgreSQL limits a payload to less than 8,000 bytes.
const MAX_PAYLOAD: usize = 7_900;

/// A topic to subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The tenant's event log has new entries.
    Log(TenantId),
    /// The progress of an import of the tenant changed.
    Import(TenantId),
    /// The organization or one of its members changed.
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

    /// The line of this topic in a notification. `None` for the topics of the directory, which has its own channel.
    fn line(self, text: &str) -> Option<String> {
        match self {
            Self::Log(id) => Some(format!("log {id}")),
            Self::Import(id) => Some(format!("import {id} {text}")),
            Self::Directory(_) | Self::Session(_) => None,
        }
    }
}

/// The subscribers of this process, and the signals that are not sent to other processes yet.
pub struct Signals {
    /// Identifies this process in notifications, so that it ignores its own.
    process: Uuid,
    subscribers: Mutex<Subscribers>,
    pending: Mutex<HashMap<Topic, Arc<str>>>,
    published: Notify,
}

#[derive(Default)]
struct Subscribers {
    topics: HashMap<Topic, watch::Sender<Arc<str>>>,
    /// The number of topics at which topics without subscribers are removed.
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

    /// Subscribes to a topic. The value is the text of the last signal.
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

    /// Publishes a signal to the subscribers in this process, and shortly after to those in other processes.
    pub fn publish(&self, topic: Topic, text: &str) {
        let text: Arc<str> = text.into();
        self.notify_local(topic, &text);
        self.pending.lock().insert(topic, text);
        self.published.notify_one();
    }

    /// Notifies the subscribers in this process.
    pub(crate) fn notify_local(&self, topic: Topic, text: &Arc<str>) {
        if let Some(sender) = self.subscribers.lock().topics.get(&topic) {
            sender.send_replace(text.clone());
        }
    }

    /// Notifies all subscribers in this process, since signals may have been lost.
    pub(crate) fn notify_all(&self) {
        for sender in self.subscribers.lock().topics.values() {
            sender.send_modify(|_| {});
        }
    }

    /// Handles a notification of another process.
    pub(crate) fn receive(&self, payload: &str) {
        let mut lines = payload.lines();
        if lines.next() == Some(self.process.to_string().as_str()) {
            return;
        }
        for line in lines {
            if let Some((topic, text)) = Topic::parse(line) {
                self.notify_local(topic, &text.into());
            } else {
                tracing::warn!(line, "invalid signal");
            }
        }
    }

    /// Takes the pending signals, packed into as few notifications as possible.
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

/// Sends pending signals to the other processes, until the task is aborted.
pub(crate) async fn forward(signals: Arc<Signals>, shared: DatabaseConnection) {
    loop {
        signals.published.notified().await;
        for payload in signals.take_payloads() {
            if let Err(error) = notify(&shared, payload).await {
                tracing::warn!(%error, "cannot notify the other servers of a change; they will poll for it");
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
