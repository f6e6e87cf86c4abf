//! Entering, changing and deleting expenses.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use outlay_domain::{
    expense::{CreateExpense, DeleteExpense, UpdateExpense},
    value::{Code, ExchangeRate, Name, Note},
};

use super::write;
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    expense::Expense,
    id::Kind,
    money::MoneyInput,
    scalar::{Date, Decimal},
};

/// A new expense.
#[derive(InputObject)]
pub struct CreateExpenseInput {
    /// What it cost; negative for a refund.
    amount: MoneyInput,
    /// Units of the base currency for one of the amount's; wanted only when they differ. Up to nine decimals.
    exchange_rate: Option<Decimal>,
    /// The day of the purchase.
    spent_on: Date,
    /// Who was paid, 1 to 200 characters.
    merchant: String,
    /// What for, up to 2,000 characters.
    description: Option<String>,
    /// Number of the receipt or transaction, up to 100 characters.
    reference: Option<String>,
    /// What it was spent on.
    category_id: Option<ID>,
    /// The department that it is for; the member's own when left out.
    department_id: Option<ID>,
    /// The budget to charge. Where the organization blocks overspending, it must have enough left; a refund gives money back
    /// once it is approved.
    budget_id: Option<ID>,
    /// Who spent it; the caller when left out. For others only by owners, admins and finance.
    member_id: Option<ID>,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl CreateExpenseInput {
    fn parse(&self) -> outlay_domain::Result<CreateExpense> {
        Ok(CreateExpense {
            amount: self.amount.parse("amount")?,
            exchange_rate: parse_rate(self.exchange_rate)?,
            spent_on: self.spent_on.0,
            merchant: Name::parse("merchant", &self.merchant)?,
            description: Note::parse(
                "description",
                self.description.as_deref().unwrap_or_default(),
            )?,
            reference: self
                .reference
                .as_ref()
                .map(|text| Code::parse("reference", text))
                .transpose()?,
            category_id: Kind::Category.parse_optional("categoryId", self.category_id.as_ref())?,
            department_id: Kind::Department
                .parse_optional("departmentId", self.department_id.as_ref())?,
            budget_id: Kind::Budget.parse_optional("budgetId", self.budget_id.as_ref())?,
            member_id: Kind::Member.parse_optional("memberId", self.member_id.as_ref())?,
        })
    }
}

fn parse_rate(rate: Option<Decimal>) -> outlay_domain::Result<Option<ExchangeRate>> {
    rate.map(|rate| ExchangeRate::parse("exchangeRate", rate.0))
        .transpose()
}

/// A change of a draft; what is left out stays as it is, null removes.
#[derive(InputObject)]
pub struct UpdateExpenseInput {
    /// Global id of the expense.
    id: ID,
    /// The version that the change is made to.
    version: i32,
    /// What it cost.
    amount: Option<MoneyInput>,
    /// Units of the base currency for one of the amount's; given together with an amount in another currency.
    exchange_rate: Option<Decimal>,
    /// The day of the purchase.
    spent_on: Option<Date>,
    /// Who was paid.
    merchant: Option<String>,
    /// What for.
    description: Option<String>,
    /// Number of the receipt or transaction; null removes it.
    reference: MaybeUndefined<String>,
    /// What it was spent on; null removes it.
    category_id: MaybeUndefined<ID>,
    /// The department that it is for; null removes it.
    department_id: MaybeUndefined<ID>,
    /// The budget to charge; null charges none.
    budget_id: MaybeUndefined<ID>,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

impl UpdateExpenseInput {
    fn parse(&self) -> outlay_domain::Result<UpdateExpense> {
        let reference = match &self.reference {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(text) => Some(Some(Code::parse("reference", text)?)),
        };
        Ok(UpdateExpense {
            id: Kind::Expense.parse("id", &self.id)?,
            version: self.version,
            amount: self
                .amount
                .as_ref()
                .map(|amount| amount.parse("amount"))
                .transpose()?,
            exchange_rate: parse_rate(self.exchange_rate)?,
            spent_on: self.spent_on.map(|day| day.0),
            merchant: self
                .merchant
                .as_ref()
                .map(|text| Name::parse("merchant", text))
                .transpose()?,
            description: self
                .description
                .as_ref()
                .map(|text| Note::parse("description", text))
                .transpose()?,
            reference,
            category_id: Kind::Category.parse_undefined("categoryId", &self.category_id)?,
            department_id: Kind::Department.parse_undefined("departmentId", &self.department_id)?,
            budget_id: Kind::Budget.parse_undefined("budgetId", &self.budget_id)?,
        })
    }
}

/// Which draft to delete.
#[derive(InputObject)]
pub struct DeleteExpenseInput {
    /// Global id of the expense.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// What became of `createExpense`.
#[derive(SimpleObject)]
pub struct CreateExpensePayload {
    /// The new expense; null when there are errors.
    expense: Option<Expense>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updateExpense`.
#[derive(SimpleObject)]
pub struct UpdateExpensePayload {
    /// The expense as it is now; null when there are errors.
    expense: Option<Expense>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `deleteExpense`.
#[derive(SimpleObject)]
pub struct DeleteExpensePayload {
    /// Global id of the expense that is gone; null when there are errors.
    deleted_id: Option<ID>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub struct ExpenseWriteMutation;

#[Object]
impl ExpenseWriteMutation {
    /// Enters an expense as a draft. For everybody but viewers.
    async fn create_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new expense.")] input: CreateExpenseInput,
    ) -> Answer<CreateExpensePayload> {
        let done = async { write(ctx, &input.parse()?, input.idempotency_key.as_deref()).await };
        answer(done.await, |row, errors| CreateExpensePayload {
            expense: row.map(Into::into),
            errors,
        })
    }

    /// Changes a draft: an own one, or any for owners, admins and finance.
    async fn update_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateExpenseInput,
    ) -> Answer<UpdateExpensePayload> {
        let done = async { write(ctx, &input.parse()?, input.idempotency_key.as_deref()).await };
        answer(done.await, |row, errors| UpdateExpensePayload {
            expense: row.map(Into::into),
            errors,
        })
    }

    /// Deletes a draft: an own one, or any for owners, admins and finance. What was ever submitted is voided instead.
    async fn delete_expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: DeleteExpenseInput,
    ) -> Answer<DeleteExpensePayload> {
        let done = async {
            let id = Kind::Expense.parse("id", &input.id)?;
            let command = DeleteExpense {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |deleted, errors| DeleteExpensePayload {
            deleted_id: deleted.map(|gone| Kind::Expense.id(gone.0)),
            errors,
        })
    }
}
