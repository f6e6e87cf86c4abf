//! Writing budgets.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::budget::{CreateBudget, DeleteBudget, UpdateBudget};

use super::Budget;
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    id::Kind,
    money::MoneyInput,
};

/// A new budget.
#[derive(InputObject)]
pub struct CreateBudgetInput {
    /// The department that may spend.
    department_id: ID,
    /// The account that pays.
    account_id: ID,
    /// The category that it is for; left out, it is for all.
    category_id: Option<ID>,
    /// Calendar year, 1900 to 2199.
    year: i32,
    /// Calendar month, 1 to 12.
    month: i32,
    /// The limit, in the organization's base currency, not negative.
    amount: MoneyInput,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl CreateBudgetInput {
    fn parse(&self) -> outlay_domain::Result<CreateBudget> {
        Ok(CreateBudget {
            department_id: Kind::Department.parse("departmentId", &self.department_id)?,
            account_id: Kind::Account.parse("accountId", &self.account_id)?,
            category_id: Kind::Category.parse_optional("categoryId", self.category_id.as_ref())?,
            year: self.year,
            month: self.month,
            amount: self.amount.parse("amount")?,
        })
    }
}

/// A change of a budget; what is left out stays as it is. Department, category and month stay: another is another
/// budget.
#[derive(InputObject)]
pub struct UpdateBudgetInput {
    /// Global id of the budget.
    id: ID,
    /// The version that the change is made to.
    version: i32,
    /// The account that pays.
    account_id: Option<ID>,
    /// The limit, in the organization's base currency, not negative.
    amount: Option<MoneyInput>,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

impl UpdateBudgetInput {
    fn parse(&self) -> outlay_domain::Result<UpdateBudget> {
        Ok(UpdateBudget {
            id: Kind::Budget.parse("id", &self.id)?,
            version: self.version,
            account_id: Kind::Account.parse_optional("accountId", self.account_id.as_ref())?,
            amount: self
                .amount
                .as_ref()
                .map(|money| money.parse("amount"))
                .transpose()?,
        })
    }
}

/// Which budget to delete.
#[derive(InputObject)]
pub struct DeleteBudgetInput {
    /// Global id of the budget.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// What became of `createBudget`.
#[derive(SimpleObject)]
pub struct CreateBudgetPayload {
    /// The new budget; null when there are errors.
    budget: Option<Budget>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updateBudget`.
#[derive(SimpleObject)]
pub struct UpdateBudgetPayload {
    /// The budget as it is now; null when there are errors.
    budget: Option<Budget>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `deleteBudget`.
#[derive(SimpleObject)]
pub struct DeleteBudgetPayload {
    /// Global id of the budget that is gone; null when there are errors.
    deleted_id: Option<ID>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of budgets.
#[derive(Default)]
pub struct BudgetMutation;

#[Object]
impl BudgetMutation {
    /// Makes a budget. For owners, admins and finance.
    async fn create_budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new budget.")] input: CreateBudgetInput,
    ) -> Answer<CreateBudgetPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| CreateBudgetPayload {
            budget: row.map(Into::into),
            errors,
        })
    }

    /// Changes a budget. For owners, admins and finance.
    async fn update_budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateBudgetInput,
    ) -> Answer<UpdateBudgetPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| UpdateBudgetPayload {
            budget: row.map(Into::into),
            errors,
        })
    }

    /// Deletes a budget that no expense is charged to. For owners, admins and finance.
    async fn delete_budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which budget.")] input: DeleteBudgetInput,
    ) -> Answer<DeleteBudgetPayload> {
        let done = async {
            let id = Kind::Budget.parse("id", &input.id)?;
            let command = DeleteBudget {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |deleted, errors| DeleteBudgetPayload {
            deleted_id: deleted.map(|gone| Kind::Budget.id(gone.0)),
            errors,
        })
    }
}
