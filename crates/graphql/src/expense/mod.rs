//! Expenses in the schema.

mod ahead;
mod connection;
mod filter;
mod mutation;
mod query;
mod spending;
mod viewer_can;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, ScalarType};
use outlay_domain::{
    Error,
    entity::tenant::{self, expense::Model},
};

use crate::{
    at_hand::{at_hand, nullable, object},
    budget::Budget,
    category::Category,
    context::ContextExt,
    department::Department,
    error::{Answer, problem},
    id::Kind,
    loader,
    member::Member,
    money::Money,
    scalar::{Date, DateTime, Decimal},
};

pub use mutation::ExpenseMutation;
pub use query::ExpenseQuery;
pub use viewer_can::ExpensePermissions;

/// Where an expense stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::ExpenseStatus")]
pub enum ExpenseStatus {
    /// Being written by its member.
    Draft,
    /// Waiting for a decision.
    Submitted,
    /// Accepted, to be paid back.
    Approved,
    /// Refused; its member may reopen it.
    Rejected,
    /// Paid back.
    Reimbursed,
    /// Struck from the books; kept to be read.
    Voided,
}

/// Money spent, or refunded when the amount is negative.
#[derive(Clone)]
pub struct Expense(Arc<Model>);

impl From<Model> for Expense {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Expense {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// Money spent, or refunded when the amount is negative.
#[Object]
impl Expense {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Expense.id(self.0.id)
    }

    /// The amount in its own currency; negative for a refund.
    async fn amount(&self) -> Result<Money> {
        Money::stored(self.0.amount, &self.0.currency).map_err(|error| problem(&error))
    }

    /// Units of the organization's base currency for one unit of the amount's currency.
    async fn exchange_rate(&self) -> Decimal {
        Decimal(self.0.rate.normalize())
    }

    /// The amount in the organization's base currency, rounded to its minor unit.
    async fn base_amount(&self, ctx: &Context<'_>) -> Result<Money> {
        let base = ctx
            .snapshot()?
            .cx()
            .base_currency()
            .map_err(|error| problem(&error))?;
        Ok(Money::new(self.0.base_amount, base))
    }

    /// The day of the purchase.
    async fn spent_on(&self) -> Date {
        Date(self.0.spent_on)
    }

    /// Who was paid.
    async fn merchant(&self) -> &str {
        &self.0.merchant
    }

    /// What for, in words; may be empty.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Number of the receipt or transaction.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> ExpenseStatus {
        self.0.status.into()
    }

    /// Who spent it.
    async fn member(&self, ctx: &Context<'_>) -> Result<Member> {
        let member = loader::member(ctx, self.0.member_id).await;
        member.unwrap_or_else(|| Err(problem(&Error::internal("an expense without its member"))))
    }

    /// The department that it is for.
    async fn department(&self, ctx: &Context<'_>) -> Answer<Department> {
        loader::department(ctx, self.0.department_id).await
    }

    /// What it was spent on.
    async fn category(&self, ctx: &Context<'_>) -> Answer<Category> {
        loader::category(ctx, self.0.category_id).await
    }

    /// The budget that it is charged to.
    async fn budget(&self, ctx: &Context<'_>) -> Answer<Budget> {
        loader::budget(ctx, self.0.budget_id).await
    }

    /// When it was last submitted.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(DateTime)
    }

    /// When it was approved, rejected or voided.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }

    /// Who approved, rejected or voided it.
    async fn decided_by(&self, ctx: &Context<'_>) -> Answer<Member> {
        loader::member(ctx, self.0.decided_by).await
    }

    /// Why it was rejected or voided.
    async fn decision_reason(&self) -> Option<&str> {
        self.0.decision_reason.as_deref()
    }

    /// What the viewer may do with it now, and why not: what a page should offer.
    async fn viewer_can(&self, ctx: &Context<'_>) -> Result<ExpensePermissions> {
        Ok(ExpensePermissions::new(ctx.snapshot()?, self.0.clone()))
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was entered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

at_hand! { Expense, |Self(row), selection, ahead|
    "id" => Kind::Expense.id(row.id).0,
    "amount" => object(&Money::stored(row.amount, &row.currency).ok()?, selection, ahead)?,
    "exchangeRate" => Decimal(row.rate.normalize()).to_value(),
    "spentOn" => Date(row.spent_on).to_value(),
    "merchant" => row.merchant.as_str(),
    "description" => row.description.as_str(),
    "reference" => row.reference.as_deref(),
    "status" => ExpenseStatus::from(row.status),
    "member" => object(&ahead.member.row::<Member>(Some(row.member_id))??, selection, ahead)?,
    "department" => nullable(
        ahead.department.row::<Department>(row.department_id)?,
        selection,
        ahead,
    )?,
    "category" => nullable(ahead.category.row::<Category>(row.category_id)?, selection, ahead)?,
    "budget" => nullable(ahead.budget.row::<Budget>(row.budget_id)?, selection, ahead)?,
    "version" => row.version,
    "createdAt" => DateTime(row.created_at).to_value(),
    "updatedAt" => DateTime(row.updated_at).to_value(),
}
