//! Budgets in the schema.

mod filter;

use async_graphql::ID;
use outlay_derive::fields;
use outlay_domain::{
    Context, Delete, Result,
    budget::{self as budgets, CreateBudget, UpdateBudget},
    entity::tenant::{AccountId, CategoryId, DepartmentId, budget},
};
use rust_decimal::Decimal;

use crate::{
    account::Account,
    category::Category,
    department::Department,
    directive::cost,
    input::input,
    money::{Money, MoneyInput},
    payload::{deletion, mutations, payload},
    relation::{One, Required},
    root::query,
};

use filter::BudgetFilter;

/// The amount that a department may spend in a month, on one category or on all.
#[fields(budget)]
impl Budget {
    /// Calendar year.
    fn year(year: i16) -> i32 {
        year.into()
    }

    /// Calendar month, 1 to 12.
    fn month(month: i16) -> i32 {
        month.into()
    }

    /// Department that may spend it.
    fn department(department_id: DepartmentId) -> Required<Department> {
        department_id.into()
    }

    /// Category that it is limited to; `null` when it covers all categories.
    fn category(category_id: Option<CategoryId>) -> One<Category> {
        category_id.into()
    }

    /// Account that pays; `null` for callers who are not allowed to see accounts.
    fn account(account_id: AccountId) -> One<Account> {
        account_id.into()
    }

    /// The limit, in the organization's base currency.
    fn amount(cx: &Context, amount: Decimal) -> Result<Money> {
        Money::in_base(cx, amount)
    }

    /// Amount charged so far, in the organization's base currency. Drafts are charged; rejected and voided expenses and
    /// refunds that are not approved are not.
    #[graphql(directive = cost::apply("2".to_owned()))]
    fn spent(cx: &Context, spent: Decimal) -> Result<Money> {
        Money::in_base(cx, spent)
    }

    /// The limit minus the amount charged so far, in the organization's base currency; negative when it is overspent.
    #[graphql(directive = cost::apply("2".to_owned()))]
    fn remaining(cx: &Context, amount: Decimal, spent: Decimal) -> Result<Money> {
        Money::in_base(cx, amount - spent)
    }
}

query! {
    /// Queries about budgets.
    BudgetQuery of Budget;
    /// The organization's budgets, newest month first.
    budgets(
        #[graphql(desc = "Conditions, joined by AND; all budgets when omitted.")] filter: Option<BudgetFilter>
    ) -> Field |cx, request, fetch| {
        let filter = filter.unwrap_or_default().parse()?;
        budgets::list(cx, &filter, request, fetch).await
    };
    /// The budget with this id. `null` when it does not exist.
    budget;
}

input! {
    /// A new budget.
    CreateBudgetInput => CreateBudget {
        /// Global id of the department that may spend it.
        department_id: ID,
        /// Global id of the account that pays.
        account_id: ID,
        /// Global id of the category that it is limited to; all categories when omitted.
        category_id: Option<ID>,
        /// Calendar year, 1900 to 2199.
        year: i32,
        /// Calendar month, 1 to 12.
        month: i32,
        /// The limit, in the organization's base currency, not negative.
        amount: MoneyInput,
    }
}

input! {
    /// Changes to a budget. Omitted fields stay unchanged. Department, category and month cannot be changed: create another
    /// budget instead.
    UpdateBudgetInput => UpdateBudget, of "budget" {
        /// Global id of the account that pays.
        account_id: Option<ID>,
        /// The limit, in the organization's base currency, not negative.
        amount: Option<MoneyInput>,
    }
}

payload! {
    CreateBudgetPayload "createBudget", UpdateBudgetPayload "updateBudget": budget Budget
}

deletion! {
    DeleteBudgetInput, DeleteBudgetPayload "deleteBudget", "budget": Delete<budget::Entity>
}

mutations! {
    /// Mutations of budgets.
    BudgetMutation;
    /// Creates a budget. For owners, admins and finance.
    create_budget(CreateBudgetInput) -> CreateBudgetPayload by write;
    /// Changes a budget. For owners, admins and finance.
    update_budget(UpdateBudgetInput) -> UpdateBudgetPayload by write;
    /// Deletes a budget that no expense is charged to. For owners, admins and finance.
    delete_budget(DeleteBudgetInput) -> DeleteBudgetPayload by delete;
}
