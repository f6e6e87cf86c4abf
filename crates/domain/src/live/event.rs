//! What is told: facts from the log, and how far imports have come.

use chrono::{DateTime, Utc};
use outlay_entity::tenant::{BudgetId, DepartmentId, ExpenseStatus, ImportId, MemberId};
use outlay_tenancy::TenantAccess;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::cursor::Position;
use crate::{Action, permission::Permission};

/// What a member may be told of.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    member_id: MemberId,
    /// Sees the expenses of everybody.
    sees_all: bool,
    /// Decides on the expenses of all departments.
    decides_all: bool,
    /// Sees, and decides on, the expenses of this department.
    department: Option<DepartmentId>,
}

impl Viewer {
    pub(super) fn new(access: &TenantAccess) -> Self {
        let member = access.member();
        let can = |permission: Permission| permission.is_granted_to(member.role);
        Self {
            member_id: member.member_id,
            sees_all: can(Permission::ReadAllExpenses),
            decides_all: can(Permission::DecideAll),
            department: member
                .department_id
                .filter(|_| can(Permission::DecideDepartment)),
        }
    }
}

/// One write, as the log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub(super) position: Position,
    /// What was done.
    pub action: Action,
    /// The row.
    pub subject_id: Uuid,
    /// Its version after the write; none for one that was deleted.
    pub version: Option<i32>,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Whose expense it is.
    pub(super) member_id: Option<MemberId>,
    /// The departments that it was for before and is for now.
    pub(super) departments: [Option<DepartmentId>; 2],
    /// Where the expense stands now; none for one that was deleted, and for what is no expense.
    pub status: Option<ExpenseStatus>,
    /// Of an import, the lines that became expenses, and all lines.
    pub(super) lines: Option<(i64, i64)>,
}

impl Event {
    /// Whether it is about an expense that the member may know of, or might know of before it changed.
    ///
    /// Invariant: the same rule as that of the reads, `expense::visible`.
    pub(super) fn is_visible(&self, viewer: &Viewer) -> bool {
        let own = self.member_id == Some(viewer.member_id);
        let mut departments = self.departments.iter().flatten();
        viewer.sees_all || own || departments.any(|id| Some(*id) == viewer.department)
    }

    /// Whether it asks this member for a decision.
    ///
    /// Invariant: the same rule as that of the decision itself, `require_decision` in `expense/decide.rs`.
    pub(super) fn needs_decision_by(&self, viewer: &Viewer) -> bool {
        let department = self.department_id();
        let of_department = department.is_some() && department == viewer.department;
        self.action == Action::ExpenseSubmit
            && self.member_id != Some(viewer.member_id)
            && (viewer.decides_all || of_department)
    }

    /// Whose it is.
    #[must_use]
    pub fn member_id(&self) -> Option<MemberId> {
        self.member_id
    }

    /// The department that it is for now.
    #[must_use]
    pub fn department_id(&self) -> Option<DepartmentId> {
        self.departments[1]
    }
}

/// A budget of which so much is spent that somebody should know.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetAlert {
    /// The budget.
    pub budget_id: BudgetId,
    /// The share of its limit that was reached, in percent: 80 or 100.
    pub percent: i32,
}

impl BudgetAlert {
    /// Whether a budget of `limit` reached a share when its charges went from one sum to another; the highest, if so.
    pub(super) fn for_change(
        budget_id: BudgetId,
        limit: Decimal,
        from: Decimal,
        to: Decimal,
    ) -> Option<Self> {
        let reached = |spent: Decimal| {
            let percent = THRESHOLDS.into_iter().rev().find(|percent| {
                spent > Decimal::ZERO
                    && spent * Decimal::ONE_HUNDRED >= limit * Decimal::from(*percent)
            });
            percent.unwrap_or_default()
        };
        let percent = reached(to);
        (percent > reached(from)).then_some(Self { budget_id, percent })
    }
}

/// The shares of a budget that are told, in percent, ascending.
const THRESHOLDS: [i32; 2] = [80, 100];

/// How far an import has come, or that it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProgress {
    /// The import.
    pub import_id: ImportId,
    /// Lines made into expenses so far; of one that is done, those that it made.
    pub done: i64,
    /// Lines of the file.
    pub total: i64,
    /// Where it stands.
    pub state: ImportState,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// It makes expenses, which nobody sees yet.
    Running,
    /// It has ended, with expenses or without.
    Finished,
    /// It was broken off, and left nothing behind.
    Abandoned,
}

impl ImportProgress {
    /// What an import that is under way tells.
    pub(super) fn encode_running(
        import_id: ImportId,
        done: i64,
        total: i64,
        is_abandoned: bool,
    ) -> String {
        let state = if is_abandoned { "abandoned" } else { "running" };
        format!("{import_id} {done} {total} {state}")
    }

    /// What the log says of one that has ended.
    pub(super) fn finished(event: &Event) -> Self {
        let (done, total) = event.lines.unwrap_or_default();
        Self {
            import_id: event.subject_id.into(),
            done,
            total,
            state: ImportState::Finished,
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        Some(Self {
            import_id: words.next()?.parse().ok()?,
            done: words.next()?.parse().ok()?,
            total: words.next()?.parse().ok()?,
            state: match words.next()? {
                "running" => ImportState::Running,
                "abandoned" => ImportState::Abandoned,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::BudgetAlert;

    #[test]
    fn an_alert_is_raised_once_when_a_threshold_is_reached() {
        let percent = |limit: i64, from: i64, to: i64| {
            let [limit, from, to] = [limit, from, to].map(Decimal::from);
            BudgetAlert::for_change(Uuid::nil().into(), limit, from, to).map(|alert| alert.percent)
        };
        for (limit, from, to, expected) in [
            (100, 0, 79, None),
            (100, 79, 80, Some(80)),
            (100, 80, 99, None),
            (100, 99, 100, Some(100)),
            (100, 10, 200, Some(100)),
            (100, 200, 300, None),
            (100, 90, 10, None),
            (0, 0, 1, Some(100)),
            (0, 0, 0, None),
            (0, 0, -5, None),
        ] {
            assert_eq!(
                percent(limit, from, to),
                expected,
                "{limit}: {from} to {to}"
            );
        }
    }
}
