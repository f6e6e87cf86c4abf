//! Expenses: entered by members, decided by approvers, settled by finance.

mod comment;
mod decide;
mod list;
mod spending;
mod write;

use outlay_entity::tenant::{
    DepartmentId, ExpenseId, ExpenseStatus, MemberId,
    expense::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, sea_query::LockType};
use serde::Serialize;

use crate::{
    Context, Error, Result, WriteContext,
    noun::{Noun, Visible},
    permission::Permission,
    read,
    write::{Before, check_version},
};

pub use comment::{AddExpenseComment, DeleteExpenseComment, UpdateExpenseComment, comments};
pub use decide::{Approve, Reimburse, Reject, Reopen, Step, Submit, Void, Withdraw, check_step};
pub use list::{ExpenseFilter, ExpenseOrder, ExpenseOrderField, Range, list, total};
pub use spending::{Dimension, GroupRange, MAX_GROUPS, Spending, spending};
pub use write::{CreateExpense, DeleteExpense, UpdateExpense, check_change};

impl Noun for Entity {
    const NAME: &'static str = "expense";
    const MANAGE: Permission = Permission::EnterForOthers;

    /// All, those of the caller's department, or the caller's own.
    fn visible(cx: &Context) -> Visible {
        if cx.can(Permission::ReadAllExpenses) {
            return Visible::All;
        }
        let own = Condition::any().add(Column::MemberId.eq(cx.member_id()));
        let department = cx
            .department_id()
            .filter(|_| cx.can(Permission::DecideDepartment))
            .map(|department| Column::DepartmentId.eq(department));
        Visible::Where(own.add_option(department))
    }
}

/// The properties of an expense that decide which actions a caller may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The member who spent.
    pub member_id: MemberId,
    /// The department that it is for.
    pub department_id: Option<DepartmentId>,
    /// State of approval.
    pub status: ExpenseStatus,
}

impl Standing {
    fn of(row: &Model) -> Self {
        Self {
            member_id: row.member_id,
            department_id: row.department_id,
            status: row.status,
        }
    }
}

/// The expense to change, locked, at the version that the caller has seen. Authorization comes before the version, so
/// that a caller who may not change it learns nothing about that.
async fn lock(
    cx: &WriteContext,
    id: ExpenseId,
    version: i32,
    authorize: fn(&Context, Standing) -> Result<()>,
) -> Result<Model> {
    let row = lock_visible(cx, id, "id").await?;
    authorize(cx, Standing::of(&row))?;
    check_version(row.version, version)?;
    cx.note_before(Before {
        member_id: row.member_id,
        department_id: row.department_id,
        budget_id: row.budget_id,
        status: row.status,
        base_amount: row.base_amount,
    });
    Ok(row)
}

/// The expense that the input's `field` names, locked, if the caller may see it.
async fn lock_visible(cx: &WriteContext, id: ExpenseId, field: &'static str) -> Result<Model> {
    let absent = || Error::not_found(Entity::NAME, field);
    let select = read::visible::<Entity>(cx).ok_or_else(absent)?;
    // This mode does not block the check of foreign keys, so that deleting the budget of a locked expense fails at once.
    let row = select
        .filter(Column::Id.eq(id))
        .lock(LockType::NoKeyUpdate)
        .one(cx.db())
        .await?;
    row.ok_or_else(absent)
}

/// Whether the caller may change an expense: their own, or any for finance.
fn require_entry(cx: &Context, expense: Standing) -> Result<()> {
    cx.require(Permission::EnterExpenses)?;
    if expense.member_id == cx.member_id() {
        return Ok(());
    }
    cx.require(Permission::EnterForOthers)
}
