//! Budgets: what a department may spend in a month, and what is left of it.
//!
//! Invariant: `spent` is summed from the expenses each time, never stored. Each write is checked by the change that it
//! makes to that sum, under a lock on the budget's row.

mod charge;
mod write;

use outlay_entity::tenant::budget::{Column, Entity, Model};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::{
    Context, Result,
    page::{self, Key, KeyKind, Ordering, Page, PageRequest},
    permission::Permission,
};

pub use charge::spent;
pub(crate) use charge::{blocking, charged_sql, charged_sum, check_change, wait_for_charges};
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
