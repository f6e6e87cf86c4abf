//! Budgets: what a department may spend in a month, and what is left of it.
//!
//! Invariant: `spent` is summed from the expenses each time, never stored. What must not overspend is checked under
//! a lock on the budget's row.

mod charge;
mod write;

use std::collections::HashMap;

use outlay_entity::tenant::{
    ExpenseStatus,
    budget::{Column, Entity, Model},
    expense,
};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    Context, Result,
    page::{self, Key, KeyKind, Ordering, Page, PageRequest},
    permission::Permission,
};

pub(crate) use charge::{blocking, check_charge};
pub use write::{CreateBudget, DeleteBudget, UpdateBudget};

const NOUN: &str = "budget";

/// Which budgets; conditions are joined by AND.
#[derive(Debug, Clone, Default)]
pub struct BudgetFilter {
    /// Of these departments.
    pub department_ids: Option<Vec<Uuid>>,
    /// Of these categories.
    pub category_ids: Option<Vec<Uuid>>,
    /// Paid from these accounts.
    pub account_ids: Option<Vec<Uuid>>,
    /// Of this year.
    pub year: Option<i16>,
    /// Of this month of any year.
    pub month: Option<i16>,
}

/// Which budgets an account pays is the account's to tell, so that condition is for those alone who may see accounts.
fn select(cx: &Context, filter: &BudgetFilter) -> Result<Select<Entity>> {
    if filter.account_ids.is_some() {
        cx.require(Permission::ReadAccounts)?;
    }
    let any = |column: Column, ids: &Option<Vec<Uuid>>| ids.clone().map(|ids| column.eq_any(ids));
    let condition = Condition::all()
        .add_option(any(Column::DepartmentId, &filter.department_ids))
        .add_option(any(Column::CategoryId, &filter.category_ids))
        .add_option(any(Column::AccountId, &filter.account_ids))
        .add_option(filter.year.map(|year| Column::Year.eq(year)))
        .add_option(filter.month.map(|month| Column::Month.eq(month)));
    Ok(Entity::find().filter(condition))
}

/// Budgets, newest month first. Every member may see them.
///
/// # Errors
/// `Forbidden` for a filter by account of those who do not see funds, `Invalid` for a cursor that is none.
pub async fn list(
    cx: &Context,
    filter: &BudgetFilter,
    request: &PageRequest,
) -> Result<Page<Model>> {
    let ordering = Ordering::<Entity> {
        name: "PERIOD",
        columns: vec![Column::Year, Column::Month, Column::Id],
        descending: true,
        keys: |row| vec![Key::Int(row.year), Key::Int(row.month), Key::Id(row.id)],
        kinds: &[KeyKind::Int, KeyKind::Int, KeyKind::Id],
    };
    page::fetch(cx.db(), select(cx, filter)?, &ordering, request).await
}

/// How many budgets there are.
///
/// # Errors
/// `Forbidden` for a filter by account of those who do not see funds.
pub async fn count(cx: &Context, filter: &BudgetFilter) -> Result<u64> {
    Ok(select(cx, filter)?.count(cx.db()).await?)
}

/// The budgets of these ids that there are, in no order.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    page::by_ids(cx.db(), Entity::find(), Column::Id, ids).await
}

/// The expenses that a budget counts: all but those rejected or voided. A draft counts, since its money is spent.
pub(crate) fn charges() -> Condition {
    let uncharged = [ExpenseStatus::Rejected, ExpenseStatus::Voided];
    Condition::all().add(Expr::col((expense::Entity, expense::Column::Status)).is_not_in(uncharged))
}

/// What is charged to each budget, in base currency. Budgets without charges are left out.
///
/// # Errors
/// The database's own.
pub async fn spent(cx: &Context, ids: &[Uuid]) -> Result<HashMap<Uuid, Decimal>> {
    let sums: Vec<(Uuid, Decimal)> = expense::Entity::find()
        .select_only()
        .column(expense::Column::BudgetId)
        .column_as(expense::Column::BaseAmount.sum(), "spent")
        .filter(expense::Column::BudgetId.eq_any(ids.iter().copied()))
        .filter(charges())
        .group_by(expense::Column::BudgetId)
        .into_tuple()
        .all(cx.db())
        .await?;
    Ok(sums.into_iter().collect())
}
