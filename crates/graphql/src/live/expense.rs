//! Changes of expenses, as they are told.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use outlay_domain::{
    Error,
    live::{Event, Told, What},
};
use uuid::Uuid;

use crate::{
    error::Answer,
    expense::{Expense, ExpenseStatus},
    id::Kind,
    loader,
    scalar::DateTime,
};

/// What was done to an expense.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseAction {
    /// It was entered.
    Created,
    /// Its draft was changed.
    Updated,
    /// Its draft was deleted.
    Deleted,
    /// A decision was asked for.
    Submitted,
    /// It was taken back before a decision.
    Withdrawn,
    /// It was accepted.
    Approved,
    /// It was refused.
    Rejected,
    /// It was taken up again after it was refused.
    Reopened,
    /// It was paid back.
    Reimbursed,
    /// It was struck from the books.
    Voided,
}

impl ExpenseAction {
    /// What the audit trail calls so; none for what a newer server may have written.
    fn of(action: &str) -> Option<Self> {
        Some(match action {
            "expense.create" => Self::Created,
            "expense.update" => Self::Updated,
            "expense.delete" => Self::Deleted,
            "expense.submit" => Self::Submitted,
            "expense.withdraw" => Self::Withdrawn,
            "expense.approve" => Self::Approved,
            "expense.reject" => Self::Rejected,
            "expense.reopen" => Self::Reopened,
            "expense.reimburse" => Self::Reimbursed,
            "expense.void" => Self::Voided,
            _ => return None,
        })
    }
}

/// Something was done to an expense.
pub struct ExpenseChange {
    cursor: String,
    action: ExpenseAction,
    event: Event,
}

impl ExpenseChange {
    pub(super) fn of(told: Told) -> Option<Self> {
        let What::Expense(event) = told.what else {
            return None;
        };
        Some(Self {
            action: ExpenseAction::of(&event.action)?,
            cursor: told.cursor.encode(),
            event,
        })
    }
}

/// Something was done to an expense.
#[Object]
impl ExpenseChange {
    /// Subscribe after it to be told what comes next.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// What was done.
    async fn action(&self) -> ExpenseAction {
        self.action
    }

    /// Global id of the expense.
    async fn expense_id(&self) -> ID {
        Kind::Expense.id(self.event.subject_id)
    }

    /// Its version after the change; null when it was deleted.
    async fn version(&self) -> Option<i32> {
        self.event.version
    }

    /// When the change was begun.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.event.occurred_at)
    }

    /// The expense as it is now, which may be later than the change; null when it is deleted, or nothing that the
    /// caller may see any more.
    async fn expense(&self, ctx: &Context<'_>) -> Answer<Expense> {
        loader::expense(ctx, self.event.subject_id).await
    }
}

/// Which expenses to be told of; conditions are joined by AND.
#[derive(InputObject, Default)]
pub struct ExpenseChangeFilter {
    /// These, 100 at most.
    ids: Option<Vec<ID>>,
    /// Of these members, 100 at most.
    member_ids: Option<Vec<ID>>,
    /// For these departments after the change, 100 at most; those that are deleted are for none.
    department_ids: Option<Vec<ID>>,
    /// In one of these states after the change; those that are deleted are in none.
    statuses: Option<Vec<ExpenseStatus>>,
}

/// The most ids in one condition: each event is held against them.
const MAX_IDS: usize = 100;

pub(super) struct Filter {
    ids: Option<Vec<Uuid>>,
    members: Option<Vec<Uuid>>,
    departments: Option<Vec<Uuid>>,
    statuses: Option<Vec<ExpenseStatus>>,
}

impl ExpenseChangeFilter {
    pub(super) fn parse(self) -> outlay_domain::Result<Filter> {
        let parse = |kind: Kind, field: &'static str, ids: Option<Vec<ID>>| {
            let Some(ids) = ids else { return Ok(None) };
            if ids.len() > MAX_IDS {
                let message = format!("{} ids are too many: {MAX_IDS} at most.", ids.len());
                return Err(Error::LimitExceeded {
                    field: Some(field),
                    message,
                });
            }
            kind.parse_all(field, &ids).map(Some)
        };
        Ok(Filter {
            ids: parse(Kind::Expense, "filter.ids", self.ids)?,
            members: parse(Kind::Member, "filter.memberIds", self.member_ids)?,
            departments: parse(
                Kind::Department,
                "filter.departmentIds",
                self.department_ids,
            )?,
            statuses: self.statuses,
        })
    }
}

impl Filter {
    pub(super) fn matches(&self, change: &ExpenseChange) -> bool {
        let event = &change.event;
        let among = |ids: &Option<Vec<Uuid>>, id: Option<Uuid>| {
            ids.as_ref()
                .is_none_or(|ids| id.is_some_and(|id| ids.contains(&id)))
        };
        let status = event.status.map(ExpenseStatus::from);
        among(&self.ids, Some(event.subject_id))
            && among(&self.members, event.member_id())
            && among(&self.departments, event.department_id())
            && self
                .statuses
                .as_ref()
                .is_none_or(|statuses| status.is_some_and(|status| statuses.contains(&status)))
    }
}
