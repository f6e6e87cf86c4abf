//! Reading budgets.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{budget, page::PageRequest};

use super::{Budget, BudgetConnection, filter::BudgetFilter};
use crate::{
    context::ContextExt,
    error::{Answer, problem},
    id::Kind,
    loader,
};

/// Queries about budgets.
#[derive(Default)]
pub struct BudgetQuery;

#[Object]
impl BudgetQuery {
    /// The organization's budgets, the newest month first.
    async fn budgets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which budgets; all when left out.")] filter: Option<BudgetFilter>,
    ) -> Result<BudgetConnection> {
        let snapshot = ctx.snapshot()?;
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            let filter = filter.unwrap_or_default().parse()?;
            let page = budget::list(snapshot.cx(), &filter, &request).await?;
            Ok(BudgetConnection::new(page, filter))
        };
        page.await
            .map_err(|error: outlay_domain::Error| problem(&error))
    }

    /// One budget; null when there is none of this id.
    async fn budget(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the budget.")] id: ID,
    ) -> Answer<Budget> {
        loader::budget(ctx, Kind::Budget.parse("id", &id)).await
    }
}
