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
const PAUSE: Duration = Duration::from_millis(20);

/// PostgreSQL takes 8,000 bytes.
const LONGEST: usize = 7_900;

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
    waiting: Mutex<Waiting>,
    untold: Mutex<HashMap<Topic, Arc<str>>>,
    work: Notify,
}

#[derive(Default)]
struct Waiting {
    topics: HashMap<Topic, watch::Sender<Arc<str>>>,
    /// How many topics there may be before those that nobody waits for are dropped.
    patience: usize,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self {
            process: Uuid::new_v4(),
            waiting: Mutex::default(),
            untold: Mutex::default(),
            work: Notify::new(),
        }
    }

    /// Waits for this topic from now on; the value is what was told with the last signal.
    #[must_use]
    pub fn follow(&self, topic: Topic) -> watch::Receiver<Arc<str>> {
        let mut waiting = self.waiting.lock();
        if waiting.topics.len() >= waiting.patience {
            waiting.topics.retain(|_, topic| topic.receiver_count() > 0);
            waiting.patience = (2 * waiting.topics.len()).max(64);
        }
        let sender = waiting.topics.entry(topic);
        sender
            .or_insert_with(|| watch::Sender::new("".into()))
            .subscribe()
    }

    /// Tells those who wait in this process, and soon those in the others.
    pub fn tell(&self, topic: Topic, text: &str) {
        let text: Arc<str> = text.into();
        self.raise(topic, &text);
        self.untold.lock().insert(topic, text);
        self.work.notify_one();
    }

    /// Tells those who wait in this process.
    pub(crate) fn raise(&self, topic: Topic, text: &Arc<str>) {
        if let Some(waiting) = self.waiting.lock().topics.get(&topic) {
            waiting.send_replace(text.clone());
        }
    }

    /// Tells everybody in this process to look, since signals may have been lost.
    pub(crate) fn raise_all(&self) {
        for waiting in self.waiting.lock().topics.values() {
            waiting.send_modify(|_| {});
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
                self.raise(topic, &text.into());
            } else {
                tracing::warn!(line, "unreadable signal");
            }
        }
    }

    /// What is to be told, in as few notifications as it fits.
    fn payloads(&self) -> Vec<String> {
        let untold = std::mem::take(&mut *self.untold.lock());
        let mut payloads: Vec<String> = Vec::new();
        for line in untold
            .iter()
            .filter_map(|(topic, text)| topic.line(text.lines().next().unwrap_or_default()))
        {
            match payloads.last_mut() {
                Some(last) if last.len() + line.len() < LONGEST => {
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
pub(crate) async fn carry(signals: Arc<Signals>, shared: DatabaseConnection) {
    loop {
        signals.work.notified().await;
        for payload in signals.payloads() {
            if let Err(error) = notify(&shared, payload).await {
                tracing::warn!(%error, "other servers could not be told of a change; they will look by themselves");
            }
        }
        tokio::time::sleep(PAUSE).await;
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

    use super::{LONGEST, Signals, TenantId, Topic};

    #[tokio::test]
    async fn what_one_process_tells_another_hears_and_not_itself() {
        let (here, there) = (Signals::new(), Signals::new());
        let (log, import) = (
            Topic::Log(TenantId::generate()),
            Topic::Import(TenantId::generate()),
        );
        let (mut local, mut remote) = (here.follow(log), there.follow(import));
        here.tell(log, "");
        here.tell(import, "1 2 3");
        assert!(local.has_changed().is_ok_and(|changed| changed));
        local.mark_unchanged();
        for payload in here.payloads() {
            here.receive(&payload);
            there.receive(&payload);
        }
        assert!(local.has_changed().is_ok_and(|changed| !changed));
        assert_eq!(&**remote.borrow_and_update(), "1 2 3");
    }

    #[test]
    fn many_tenants_go_in_few_notifications_that_postgresql_takes() {
        let signals = Signals::new();
        for _ in 0..1_000 {
            signals.tell(Topic::Log(TenantId::generate()), "");
        }
        let payloads = signals.payloads();
        assert!(payloads.len() < 10);
        assert!(payloads.iter().all(|payload| payload.len() <= LONGEST));
        let told: usize = payloads.iter().map(|payload| payload.lines().count()).sum();
        assert_eq!(told - payloads.len(), 1_000);
    }

    #[test]
    fn topics_that_nobody_waits_for_are_forgotten() {
        let signals = Signals::new();
        for _ in 0..10_000 {
            drop(signals.follow(Topic::Session(Uuid::now_v7())));
        }
        assert!(signals.waiting.lock().topics.len() <= 64);
    }
}
