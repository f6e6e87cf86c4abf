//! A subscription: delivers events to one subscriber in order, each once, until the subscriber loses access.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use outlay_entity::tenant::ImportId;
use outlay_tenancy::TenantAccess;
use tokio::sync::{broadcast, oneshot};

use super::{
    cursor::{Cursor, Position},
    event::{BudgetAlert, Event, ImportProgress, Viewer},
    guard::Guard,
    hub::{BudgetSubscriber, EventPage, JoinRequest, JoinResponse, Message},
    log,
    snapshot::PgSnapshot,
};
use crate::{Action, Error, Outlay, Result, identity::Caller, permission::Permission};

/// The kind of events that a subscriber receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Changes of the expenses that are visible to the subscriber.
    Expenses,
    /// Submitted expenses that the subscriber may decide on.
    Approvals,
    /// Budget alerts.
    Budgets,
    /// Progress of all imports, or of one.
    Imports(Option<ImportId>),
}

/// A published event.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// The cursor to continue after this event.
    pub cursor: Cursor,
    /// The event.
    pub payload: Payload,
}

/// The content of a published event.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// An expense was written.
    Expense(Event),
    /// A budget has crossed an alert threshold.
    Budget(BudgetAlert),
    /// The progress of an import.
    Import(ImportProgress),
}

/// An active subscription. Dropping it ends it.
pub struct Subscription {
    outlay: Arc<Outlay>,
    guard: Guard,
    viewer: Viewer,
    interest: Interest,
    /// Covers all events that were delivered or are in `ready`.
    cursor: Cursor,
    ready: VecDeque<Publication>,
    /// The snapshot up to which the log has to be read before messages of the hub are handled.
    catch_up_to: Option<PgSnapshot>,
    messages: broadcast::Receiver<Arc<Message>>,
    budget_subscriber: Option<BudgetSubscriber>,
    /// Imports that have finished. Progress reported by another process may arrive after the end of the import.
    finished: HashSet<ImportId>,
}

impl Outlay {
    /// Subscribes to events of the member's organization: those after a cursor, or those from now on.
    ///
    /// # Errors
    /// `Forbidden` when the role does not allow it, `Unauthenticated` when the session has ended, `Invalid` when the
    /// cursor is not of this server.
    pub async fn subscribe(
        self: &Arc<Self>,
        caller: &Caller,
        access: &TenantAccess,
        interest: Interest,
        after: Option<&str>,
    ) -> Result<Subscription> {
        let role = access.member().role;
        match interest {
            Interest::Expenses | Interest::Budgets => {}
            Interest::Approvals => Permission::DecideDepartment.require(role)?,
            Interest::Imports(_) => Permission::ReadAccounts.require(role)?,
        }
        let after = after.map(Cursor::parse).transpose()?;
        let guard = Guard::new(self.clone(), *caller, access.clone()).await?;
        let joined = join(self, access, interest, after.clone()).await?;
        let cursor = after.unwrap_or_else(|| Cursor::at(joined.upto.clone()));
        let mut subscription = Subscription {
            outlay: self.clone(),
            viewer: Viewer::new(access),
            guard,
            interest,
            cursor,
            ready: VecDeque::new(),
            catch_up_to: None,
            messages: joined.receiver,
            budget_subscriber: joined.budget_subscriber,
            finished: HashSet::new(),
        };
        subscription.catch_up(&joined.alerts, joined.upto);
        Ok(subscription)
    }
}

async fn join(
    outlay: &Arc<Outlay>,
    access: &TenantAccess,
    interest: Interest,
    after: Option<Cursor>,
) -> Result<JoinResponse> {
    let (reply, answer) = oneshot::channel();
    let join = JoinRequest {
        access: access.clone(),
        after,
        budgets: interest == Interest::Budgets,
        reply,
    };
    outlay.hubs().join(outlay, join);
    answer.await.map_err(Error::internal)?
}

impl Subscription {
    /// Queues the missed alerts, or marks the missed events to be read from the log.
    fn catch_up(&mut self, alerts: &[BudgetAlert], upto: PgSnapshot) {
        if self.interest == Interest::Budgets {
            self.push_alerts(alerts, &upto);
            self.cursor = Cursor::at(upto);
        } else if self.cursor != Cursor::at(upto.clone()) {
            self.catch_up_to = Some(upto);
        }
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// The reason why the subscription ended: `Unauthenticated`, `Forbidden`, `TenantSuspended`, or database errors.
    pub async fn next(&mut self) -> Result<Publication> {
        loop {
            if let Some(publication) = self.ready.pop_front() {
                self.guard.verify().await?;
                return Ok(publication);
            }
            if let Some(upto) = self.catch_up_to.take() {
                self.guard.verify().await?;
                self.read(upto).await?;
                continue;
            }
            let received = tokio::select! {
                biased;
                ended = self.guard.ended() => return Err(ended),
                received = self.messages.recv() => received,
            };
            match received.as_deref() {
                Ok(Message::Events(page)) => self.queue_page(page),
                Ok(Message::Import(progress)) => self.queue_import(progress),
                // The subscriber lagged, or its hub has stopped. The log contains the missed events.
                Ok(Message::Lagged) | Err(_) => self.rejoin().await?,
            }
        }
    }

    async fn rejoin(&mut self) -> Result<()> {
        let after = Some(self.cursor.clone());
        let joined = join(&self.outlay, self.guard.access(), self.interest, after).await?;
        (self.messages, self.budget_subscriber) = (joined.receiver, joined.budget_subscriber);
        self.catch_up(&joined.alerts, joined.upto);
        Ok(())
    }

    /// Reads a page of missed events. Completes a batch that was delivered in part first.
    async fn read(&mut self, upto: PgSnapshot) -> Result<()> {
        let (bound, after) = match &self.cursor.part {
            Some((bound, position)) => (bound.clone(), Some(*position)),
            None => (upto.clone(), None),
        };
        let cx = self.outlay.read(self.guard.access(), None);
        let events = log::read(&cx, &self.cursor.seen, &bound, after).await;
        cx.release().await;
        let events = events?;
        let page = EventPage {
            from: self.cursor.seen.clone(),
            is_last: events.len() < log::PAGE,
            upto: bound,
            events,
            alerts: Vec::new(),
        };
        self.queue_page(&page);
        if self.cursor != Cursor::at(upto.clone()) {
            self.catch_up_to = Some(upto);
        }
        Ok(())
    }

    fn queue_import(&mut self, progress: &ImportProgress) {
        if self.includes_import(progress.import_id) && !self.finished.contains(&progress.import_id)
        {
            self.ready.push_back(Publication {
                cursor: self.cursor.clone(),
                payload: Payload::Import(progress.clone()),
            });
        }
    }

    fn queue_page(&mut self, page: &EventPage) {
        if self.interest == Interest::Budgets {
            self.push_alerts(&page.alerts, &page.upto);
        }
        let last = page.events.len().checked_sub(1).filter(|_| page.is_last);
        for (index, event) in page.events.iter().enumerate() {
            if let Some(payload) = self.payload_for(event) {
                let part = Some((page.upto.clone(), event.position));
                let cursor = if Some(index) == last {
                    Cursor::at(page.upto.clone())
                } else {
                    Cursor {
                        seen: page.from.clone(),
                        part,
                    }
                };
                self.ready.push_back(Publication { cursor, payload });
            }
        }
        self.cursor = match page.events.last() {
            Some(event) if !page.is_last => Cursor {
                seen: page.from.clone(),
                part: Some((page.upto.clone(), event.position)),
            },
            _ => Cursor::at(page.upto.clone()),
        };
    }

    /// The payload of an event for this subscriber; `None` if it does not receive the event.
    fn payload_for(&mut self, event: &Event) -> Option<Payload> {
        let is_import = event.action == Action::ImportRun;
        match self.interest {
            Interest::Expenses if !is_import && event.is_visible(&self.viewer) => {
                Some(Payload::Expense(event.clone()))
            }
            Interest::Approvals if event.needs_decision_by(&self.viewer) => {
                Some(Payload::Expense(event.clone()))
            }
            Interest::Imports(_) if is_import && self.includes_import(event.subject_id.into()) => {
                self.finished.insert(event.subject_id.into());
                Some(Payload::Import(ImportProgress::finished(event)))
            }
            _ => None,
        }
    }

    fn includes_import(&self, id: ImportId) -> bool {
        match self.interest {
            Interest::Imports(wanted) => wanted.is_none_or(|wanted| wanted == id),
            Interest::Expenses | Interest::Approvals | Interest::Budgets => false,
        }
    }

    /// Queues alerts. The alerts of a batch are ordered by the id of the budget, so that a cursor can record how many
    /// were delivered.
    fn push_alerts(&mut self, alerts: &[BudgetAlert], upto: &PgSnapshot) {
        for (index, alert) in alerts.iter().enumerate() {
            let cursor = if index + 1 == alerts.len() {
                Cursor::at(upto.clone())
            } else if self.cursor.part.is_some() {
                // Part of a batch that was delivered in part: an alert may be delivered twice, but is never lost.
                self.cursor.clone()
            } else {
                let position = Position {
                    at: 0,
                    id: alert.budget_id.uuid(),
                };
                Cursor {
                    seen: self.cursor.seen.clone(),
                    part: Some((upto.clone(), position)),
                }
            };
            self.ready.push_back(Publication {
                cursor,
                payload: Payload::Budget(alert.clone()),
            });
        }
    }
}
