//! Budgets: the amount that a department may spend in a month, and the amount that is left of it.
//!
//! Invariant: `spent` is summed from the expenses each time, never stored. Each write is checked by the change that it
//! makes to that sum, under a lock on the budget's row.

mod charge;
mod write;

use outlay_entity::tenant::{
    AccountId, CategoryId, DepartmentId,
    budget::{Column, Entity, Row},
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    Action, Context, Deletable, Result,
    noun::{Noun, Unique},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
};

pub(crate) use charge::{
    blocking, charged_sql, charged_to_account, check_change, spent, wait_for_charges,
};
pub use write::{CreateBudget, UpdateBudget};

impl Noun for Entity {
    const NAME: &'static str = "budget";
    const MANAGE: Permission = Permission::ManageBooks;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "budget_period_key",
        field: Some("month"),
        message: "The department already has a budget for this month and category; change that one.",
    }];

    fn derived(column: &str, alias: &str) -> String {
        debug_assert_eq!(column, "spent");
        charge::charged_to_budget(alias)
    }
}

impl Deletable for Entity {
    const DELETE: Action = Action::BudgetDelete;
}

/// Selects budgets. Conditions are joined by AND.
#[derive(Debug, Clone, Default)]
pub struct BudgetFilter {
    /// Budgets of these departments.
    pub department_ids: Option<Vec<DepartmentId>>,
    /// Budgets of these categories.
    pub category_ids: Option<Vec<CategoryId>>,
    /// Budgets paid from these accounts.
    pub account_ids: Option<Vec<AccountId>>,
    /// Budgets of this year.
    pub year: Option<i16>,
    /// Budgets of this month, of any year.
    pub month: Option<i16>,
}

impl BudgetFilter {
    fn condition(&self) -> Condition {
        Condition::all()
            .add_option(
                self.department_ids
                    .as_ref()
                    .map(|ids| Column::DepartmentId.eq_any(ids.iter().copied())),
            )
            .add_option(
                self.category_ids
                    .as_ref()
                    .map(|ids| Column::CategoryId.eq_any(ids.iter().copied())),
            )
            .add_option(
                self.account_ids
                    .as_ref()
                    .map(|ids| Column::AccountId.eq_any(ids.iter().copied())),
            )
            .add_option(self.year.map(|year| Column::Year.eq(year)))
            .add_option(self.month.map(|month| Column::Month.eq(month)))
    }
}

/// Lists budgets, newest month first. Every member may see them.
///
/// # Errors
/// `Forbidden` for a filter by account when the caller may not see accounts, `Invalid` for a cursor of another list.
pub async fn list(
    cx: &Context,
    filter: &BudgetFilter,
    request: &PageRequest,
    fetch: &Fetch,
) -> Result<Page<Row>> {
    // The filter would reveal which budgets belong to an account.
    if filter.account_ids.is_some() {
        cx.require(Permission::ReadAccounts)?;
    }
    let order = Order::by("PERIOD", keys![Row: year Int, month Int]).descending();
    read::list::<Entity>(cx, &filter.condition(), order, request, fetch).await
}
