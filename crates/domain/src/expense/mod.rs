//! Expenses: entered by members, decided by approvers, settled by finance.

mod decide;
mod list;
mod related;
mod spending;
mod write;

use outlay_entity::tenant::expense::{Column, Entity, Model};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType};
use uuid::Uuid;

use crate::{
    Context, Error, Result, WriteContext, page, permission::Permission, write::check_version,
};

pub use decide::{
    Approve, ChangeStatus, Reimburse, Reject, Reopen, Step, Submit, Void, Withdraw, check_step,
};
pub use list::{ExpenseFilter, ExpenseOrder, ExpenseOrderField, Listed, Range, count, list, total};
pub use related::{Reading, Related, Relation, related};
pub use spending::{Dimension, GroupRange, MAX_GROUPS, Spending, SpendingRow, spending};
pub use write::{CreateExpense, DeleteExpense, UpdateExpense, check_change};

const NOUN: &str = "expense";

/// The expenses that a member may know of: all, the own department's, or the own ones.
///
/// Invariant: every read of expenses goes through this.
fn visible(cx: &Context) -> Condition {
    let own = Column::MemberId.eq(cx.member_id());
    if cx.can(Permission::ReadAllExpenses) {
        return Condition::all();
    }
    match cx
        .department_id()
        .filter(|_| cx.can(Permission::DecideDepartment))
    {
        Some(department) => Condition::any()
            .add(own)
            .add(Column::DepartmentId.eq(department)),
        None => Condition::all().add(own),
    }
}

/// The expenses of these ids that the member may know of, in no order.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    let visible = Entity::find().filter(visible(cx));
    page::by_ids(cx.db(), visible, Column::Id, ids).await
}

/// The expense to be changed, locked, at the version that the caller has seen. Who may not change it is told that
/// first, and learns nothing about its version.
async fn lock(
    cx: &WriteContext,
    id: Uuid,
    version: i32,
    authorize: fn(&Context, &Model) -> Result<()>,
) -> Result<Model> {
    // This mode does not block the check of foreign keys, so that deleting the budget of a locked expense fails at once.
    let row = Entity::find_by_id(id)
        .filter(visible(cx))
        .lock(LockType::NoKeyUpdate)
        .one(cx.db())
        .await?;
    let row = row.ok_or(Error::not_found(NOUN, "id"))?;
    authorize(cx, &row)?;
    check_version(row.version, version)?;
    // Who saw it before it changed, and what it was charged, is for those who are told of changes.
    cx.note_before(serde_json::json!({
        "member_id": row.member_id, "department_id": row.department_id, "budget_id": row.budget_id,
        "status": row.status, "base_amount": row.base_amount,
    }));
    Ok(row)
}

/// Whether the member may change this expense: an own one, or any for finance.
fn require_entry(cx: &Context, row: &Model) -> Result<()> {
    if row.member_id == cx.member_id() {
        return cx.require(Permission::EnterExpenses);
    }
    cx.require(Permission::EnterForOthers)
}
