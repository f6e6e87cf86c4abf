//! Events of expenses.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use outlay_domain::{
    Action, Error, Result,
    entity::{
        Id,
        tenant::{DepartmentId, ExpenseId, MemberId},
    },
    live::{Event, Payload, Publication},
};

use crate::{
    error::Answer,
    expense::{Expense, ExpenseStatus},
    id,
    noun::Registered,
    relation,
    scalar::DateTime,
};

/// Kind of change of an expense.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseAction {
    /// Created.
    Created,
    /// Changed as a draft.
    Updated,
    /// Deleted as a draft.
    Deleted,
    /// Submitted for approval.
    Submitted,
    /// Withdrawn before a decision.
    Withdrawn,
    /// Approved.
    Approved,
    /// Rejected.
    Rejected,
    /// Reopened after it was rejected.
    Reopened,
    /// Paid back.
    Reimbursed,
    /// Removed from the books.
    Voided,
    /// A comment was added, changed or deleted.
    Commented,
}

impl ExpenseAction {
    /// The action in the schema; `None` for actions on other objects.
    fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::ExpenseCreate => Self::Created,
            Action::ExpenseUpdate => Self::Updated,
            Action::ExpenseDelete => Self::Deleted,
            Action::ExpenseSubmit => Self::Submitted,
            Action::ExpenseWithdraw => Self::Withdrawn,
            Action::ExpenseApprove => Self::Approved,
            Action::ExpenseReject => Self::Rejected,
            Action::ExpenseReopen => Self::Reopened,
            Action::ExpenseReimburse => Self::Reimbursed,
            Action::ExpenseVoid => Self::Voided,
            Action::ExpenseAddComment
            | Action::ExpenseUpdateComment
            | Action::ExpenseDeleteComment => Self::Commented,
            _ => return None,
        })
    }
}

/// A change of an expense.
pub struct ExpenseChange {
    cursor: String,
    action: ExpenseAction,
    event: Event,
}

impl ExpenseChange {
    pub(super) fn of(publication: Publication) -> Option<Self> {
        let Payload::Expense(event) = publication.payload else {
            return None;
        };
        Some(Self {
            action: ExpenseAction::of(event.action)?,
            cursor: publication.cursor.encode(),
            event,
        })
    }
}

/// A change of an expense.
#[Object]
impl ExpenseChange {
    /// Pass it as `after` to continue with the next event.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Kind of change.
    async fn action(&self) -> ExpenseAction {
        self.action
    }

    /// Global id of the expense.
    async fn expense_id(&self) -> ID {
        id::encode(ExpenseId::from(self.event.subject_id))
    }

    /// Its version after the change; `null` when it was deleted.
    async fn version(&self) -> Option<i32> {
        self.event.version
    }

    /// Start of the transaction of the change.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.event.occurred_at)
    }

    /// The expense as it is now, which may include later changes; `null` when it was deleted or the caller is no longer
    /// allowed to see it.
    async fn expense(&self, ctx: &Context<'_>) -> Answer<Expense> {
        relation::find(ctx, self.event.subject_id.into()).await
    }
}

/// Conditions on events of expenses, joined by AND.
#[derive(InputObject, Default)]
pub struct ExpenseChangeFilter {
    /// Global ids of expenses, at most 100.
    ids: Option<Vec<ID>>,
    /// Global ids of members who spent the money, at most 100.
    member_ids: Option<Vec<ID>>,
    /// Global ids of departments after the change, at most 100. Deleted expenses match none.
    department_ids: Option<Vec<ID>>,
    /// Statuses after the change. Deleted expenses match none.
    statuses: Option<Vec<ExpenseStatus>>,
}

/// The most ids in one condition.
const MAX_IDS: usize = 100;

pub(super) struct Filter {
    ids: Option<Vec<ExpenseId>>,
    members: Option<Vec<MemberId>>,
    departments: Option<Vec<DepartmentId>>,
    statuses: Option<Vec<ExpenseStatus>>,
}

impl ExpenseChangeFilter {
    pub(super) fn parse(self) -> Result<Filter> {
        Ok(Filter {
            ids: ids("filter.ids", self.ids)?,
            members: ids("filter.memberIds", self.member_ids)?,
            departments: ids("filter.departmentIds", self.department_ids)?,
            statuses: self.statuses,
        })
    }
}

fn ids<N: Registered>(field: &'static str, ids: Option<Vec<ID>>) -> Result<Option<Vec<Id<N>>>> {
    let Some(ids) = ids else { return Ok(None) };
    if ids.len() > MAX_IDS {
        let message = format!("{} ids are too many: at most {MAX_IDS}.", ids.len());
        return Err(Error::LimitExceeded {
            field: Some(field),
            message,
        });
    }
    let ids = ids.iter().map(|id| id::parse(field, id));
    ids.collect::<Result<_>>().map(Some)
}

impl Filter {
    pub(super) fn matches(&self, change: &ExpenseChange) -> bool {
        let event = &change.event;
        let id = ExpenseId::from(event.subject_id);
        among(self.ids.as_deref(), Some(id))
            && among(self.members.as_deref(), event.member_id())
            && among(self.departments.as_deref(), event.department_id())
            && among(
                self.statuses.as_deref(),
                event.status.map(ExpenseStatus::from),
            )
    }
}

/// Whether a condition is absent or contains the value.
fn among<T: PartialEq>(wanted: Option<&[T]>, value: Option<T>) -> bool {
    wanted.is_none_or(|wanted| value.is_some_and(|value| wanted.contains(&value)))
}
