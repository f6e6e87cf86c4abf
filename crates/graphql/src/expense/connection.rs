//! Pages of expenses.

use async_graphql::{Context, Result};
use outlay_domain::{
    entity::tenant::expense::Model,
    expense::{self, ExpenseFilter},
    page::Page,
};

use super::Expense;
use crate::{
    connection::connection, context::ContextExt, directive::cost, error::problem, money::Money,
};

connection! {
    /// Expenses, one page of them.
    ExpenseConnection, ExpenseEdge of Expense = outlay_domain::entity::tenant::expense::Model,
    filter: ExpenseFilter, |cx, filter| expense::count(cx, filter);
    /// The sum of the whole list in the organization's base currency. Summing costs: ask for it only where shown.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total(&self, ctx: &Context<'_>) -> Result<Money> {
        let snapshot = ctx.snapshot()?;
        let total = async {
            let total = expense::total(snapshot.cx(), &self.filter).await?;
            Ok(Money::new(total, snapshot.cx().base_currency()?))
        };
        total.await.map_err(|error: outlay_domain::Error| problem(&error))
    }
}

impl ExpenseConnection {
    /// A page whose list was counted with it, where it was asked for.
    pub(super) fn counted(page: Page<Model>, count: Option<u64>, filter: ExpenseFilter) -> Self {
        Self {
            count,
            ..Self::new(page, filter)
        }
    }
}
