//! The events of subscriptions: entries of the event log, budget alerts and the progress of imports.

use chrono::{DateTime, Utc};
use outlay_entity::tenant::{BudgetId, DepartmentId, ExpenseStatus, ImportId, MemberId};
use outlay_tenancy::TenantAccess;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::cursor::Position;
use crate::{Action, permission::Permission};

/// The part of a member's role and department that decides which events are visible.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    member_id: MemberId,
    /// May see the expenses of all members.
    sees_all: bool,
    /// May approve and reject the expenses of all departments.
    decides_all: bool,
    /// May see, approve and reject the expenses of this department.
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

/// A write, as recorded in the event log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub(super) position: Position,
    /// The action.
    pub action: Action,
    /// The id of the row.
    pub subject_id: Uuid,
    /// The version of the row after the write; `None` if it was deleted.
    pub version: Option<i32>,
    /// The time of the write.
    pub occurred_at: DateTime<Utc>,
    /// The member whose expense it is.
    pub(super) member_id: Option<MemberId>,
    /// The department of the expense before and after the write.
    pub(super) departments: [Option<DepartmentId>; 2],
    /// The status of the expense after the write; `None` if it was deleted, and for rows that are not expenses.
    pub status: Option<ExpenseStatus>,
    /// For an import: the number of lines that became expenses, and of all lines.
    pub(super) lines: Option<(i64, i64)>,
}

impl Event {
    /// Whether the event is about an expense that the member may see, or may have seen before the change.
    ///
    /// Invariant: the rule is the same as for reads, `expense::visible`.
    pub(super) fn is_visible(&self, viewer: &Viewer) -> bool {
        let own = self.member_id == Some(viewer.member_id);
        let mut departments = self.departments.iter().flatten();
        viewer.sees_all || own || departments.any(|id| Some(*id) == viewer.department)
    }

    /// Whether the event is a submission that this member may decide on.
    ///
    /// Invariant: the rule is the same as for the decision itself, `require_decision` in `expense/decide.rs`.
    pub(super) fn needs_decision_by(&self, viewer: &Viewer) -> bool {
        let department = self.department_id();
        let of_department = department.is_some() && department == viewer.department;
        self.action == Action::ExpenseSubmit
            && self.member_id != Some(viewer.member_id)
            && (viewer.decides_all || of_department)
    }

    /// The member whose expense it is.
    #[must_use]
    pub fn member_id(&self) -> Option<MemberId> {
        self.member_id
    }

    /// The department of the expense after the write.
    #[must_use]
    pub fn department_id(&self) -> Option<DepartmentId> {
        self.departments[1]
    }
}

/// A budget has crossed an alert threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct BudgetAlert {
    /// The budget.
    pub budget_id: BudgetId,
    /// The threshold that was crossed, in percent of the limit: 80 or 100.
    pub percent: i32,
}

impl BudgetAlert {
    /// The alert for a budget of `limit` when the sum of its charges changes. Names the highest threshold that was
    /// crossed; `None` if the sum crossed no threshold.
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

/// The alert thresholds, in percent of the limit, ascending.
const THRESHOLDS: [i32; 2] = [80, 100];

/// The progress of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProgress {
    /// The import.
    pub import_id: ImportId,
    /// Number of lines that became expenses so far; of a finished import, the final number.
    pub done: i64,
    /// Number of lines in the file.
    pub total: i64,
    /// The state of the import.
    pub state: ImportState,
}

/// The state of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// It is creating expenses, which are not visible yet.
    Running,
    /// It has ended, with or without expenses.
    Finished,
    /// It was aborted and wrote nothing.
    Abandoned,
}

impl ImportProgress {
    /// Encodes the progress of an unfinished import as the text of a signal.
    pub(super) fn encode_running(
        import_id: ImportId,
        done: i64,
        total: i64,
        is_abandoned: bool,
    ) -> String {
        let state = if is_abandoned { "abandoned" } else { "running" };
        format!("{import_id} {done} {total} {state}")
    }

    /// The progress of an import that has ended, from its event.
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
