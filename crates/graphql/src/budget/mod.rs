//! Budgets in the schema.

mod filter;
mod mutation;
mod query;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{
    Error,
    budget::{self, BudgetFilter},
    entity::tenant::budget::Model,
};
use rust_decimal::Decimal;

use crate::{
    account::Account,
    at_hand::{at_hand, object},
    category::Category,
    connection::connection,
    context::ContextExt,
    department::Department,
    directive::cost,
    error::{Answer, problem},
    id::Kind,
    loader::{self, Snapshot},
    money::Money,
    scalar::DateTime,
};

pub use mutation::BudgetMutation;
pub use query::BudgetQuery;

/// What a department may spend in a month, on one category or on all.
#[derive(Clone)]
pub struct Budget(Arc<Model>);

impl From<Model> for Budget {
    fn from(row: Model) -> Self {
        Self(Arc::new(row))
    }
}

impl From<Arc<Model>> for Budget {
    fn from(row: Arc<Model>) -> Self {
        Self(row)
    }
}

/// What a department may spend in a month, on one category or on all.
#[Object]
impl Budget {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Budget.id(self.0.id)
    }

    /// Calendar year.
    async fn year(&self) -> i32 {
        self.0.year.into()
    }

    /// Calendar month, 1 to 12.
    async fn month(&self) -> i32 {
        self.0.month.into()
    }

    /// The department that may spend.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        let department = loader::department(ctx, self.0.department_id).await;
        department
            .unwrap_or_else(|| Err(problem(&Error::internal("a budget without its department"))))
    }

    /// The category that it is for; null when it is for all.
    async fn category(&self, ctx: &Context<'_>) -> Answer<Category> {
        loader::category(ctx, self.0.category_id).await
    }

    /// The account that pays; null for those who may not see accounts.
    async fn account(&self, ctx: &Context<'_>) -> Answer<Account> {
        loader::account(ctx, self.0.account_id).await
    }

    /// The limit.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        in_base(&*ctx.snapshot()?, self.0.amount)
    }

    /// The amount charged to it so far. A purchase is charged from the draft on; a refund (a negative amount) once it is
    /// approved. Rejected and voided expenses are not charged.
    #[graphql(directive = cost::apply("2".to_owned()))]
    async fn spent(&self, ctx: &Context<'_>) -> Result<Money> {
        let snapshot = ctx.snapshot()?;
        let spent = snapshot.budget_spent(self.0.id).await?.unwrap_or_default();
        in_base(&snapshot, spent)
    }

    /// The limit less `spent`; negative when the budget is overspent. Where the organization blocks overspending, no
    /// change of an expense that raises `spent` may leave this negative.
    #[graphql(directive = cost::apply("2".to_owned()))]
    async fn remaining(&self, ctx: &Context<'_>) -> Result<Money> {
        let snapshot = ctx.snapshot()?;
        let spent = snapshot.budget_spent(self.0.id).await?.unwrap_or_default();
        in_base(&snapshot, self.0.amount - spent)
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

fn in_base(snapshot: &Snapshot, amount: Decimal) -> Result<Money> {
    let base = snapshot
        .cx()
        .base_currency()
        .map_err(|error| problem(&error))?;
    Ok(Money::new(amount, base))
}

at_hand! { Budget, |Self(row), selection, ahead|
    "id" => Kind::Budget.id(row.id).0,
    "year" => row.year,
    "month" => row.month,
    "department" => object(
        &ahead.department.row::<Department>(Some(row.department_id))??,
        selection,
        ahead,
    )?,
    "version" => row.version,
}

connection! {
    /// Budgets, the newest month first.
    BudgetConnection, BudgetEdge of Budget = Model,
    filter: BudgetFilter, |cx, filter| budget::count(cx, filter)
}
