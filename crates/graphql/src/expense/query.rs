//! Queries about expenses.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::expense::{self, GroupRange, MAX_GROUPS};

use super::{
    Expense,
    filter::{ExpenseFilter, ExpenseOrder},
    spending::{Spending, SpendingDimension},
};
use crate::{
    connection::Connection,
    context::ContextExt,
    directive::{cost, list_size},
    error::{Answer, problem},
    money::Money,
    root::{self, Paging},
};

/// The maximum number of groups in one `spending`.
#[expect(clippy::cast_possible_truncation, reason = "it is a thousand")]
const GROUPS: i32 = MAX_GROUPS as i32;

/// Additional fields of a list of expenses.
pub struct ExpenseTotals {
    filter: expense::ExpenseFilter,
}

#[Object]
impl ExpenseTotals {
    /// Sum of the whole list in the organization's base currency. Summing is expensive: select it only when it is needed.
    #[graphql(directive = cost::apply("10".to_owned()))]
    async fn total(&self, ctx: &Context<'_>) -> Result<Money> {
        let snapshot = ctx.snapshot()?;
        let total = async {
            let total = expense::total(snapshot.cx(), &self.filter).await?;
            Money::in_base(snapshot.cx(), total)
        };
        total.await.map_err(|error| problem(&error))
    }
}

/// Queries about expenses.
#[derive(Default)]
pub struct ExpenseQuery;

#[Object]
impl ExpenseQuery {
    /// The expenses that the caller is allowed to see: all for owners, admins, finance and viewers; their own and those of
    /// their department for approvers; their own for members.
    #[allow(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn expenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Returns the first *n* items (1 to 100). Mutually exclusive with `last`."
        )]
        first: Option<i32>,
        #[graphql(desc = "Returns items after this cursor. Used with `first`.")] after: Option<
            String,
        >,
        #[graphql(
            desc = "Returns the last *n* items (1 to 100). Mutually exclusive with `first`."
        )]
        last: Option<i32>,
        #[graphql(desc = "Returns items before this cursor. Used with `last`.")] before: Option<
            String,
        >,
        #[graphql(desc = "Conditions, joined by AND; all expenses when omitted.")] filter: Option<
            ExpenseFilter,
        >,
        #[graphql(desc = "The order; newest purchase first when omitted.")] order_by: Option<
            ExpenseOrder,
        >,
    ) -> Result<Connection<Expense, ExpenseTotals>> {
        let filter = filter.unwrap_or_default().parse();
        let filter = filter.map_err(|error| problem(&error))?;
        let order = order_by.map(Into::into).unwrap_or_default();
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let page = root::list::<Expense>(ctx, paging, async |snapshot, request, fetch| {
            expense::list(snapshot.cx(), &filter, order, request, fetch).await
        });
        let page = page.await?;
        Ok(Connection::with(page, ExpenseTotals { filter }))
    }

    /// The expense with this id. `null` when it does not exist or the caller is not allowed to see it.
    async fn expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Answer<Expense> {
        root::one(ctx, &id).await
    }

    /// Expenses grouped by one or more dimensions and summed, largest sum first. It includes the expenses that `expenses`
    /// returns with the same filter: filter by status to exclude drafts or rejected expenses. Without `first`, it returns all
    /// groups, or the error `LIMIT_EXCEEDED` when there are more than 1,000: read them in pages with `first` and `after`.
    #[graphql(
        directive = cost::apply("50".to_owned()),
        directive = list_size::apply(GROUPS)
    )]
    async fn spending(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Dimensions to group by, each at most once. An empty list returns one row with the whole sum."
        )]
        group_by: Vec<SpendingDimension>,
        #[graphql(desc = "Conditions, joined by AND; all expenses when omitted.")] filter: Option<
            ExpenseFilter,
        >,
        #[graphql(desc = "Returns the first *n* groups (1 to 1,000); all groups when omitted.")]
        first: Option<i32>,
        #[graphql(
            desc = "Returns the groups after this cursor. A page is computed from the expenses as they are when it is read."
        )]
        after: Option<String>,
    ) -> Result<Spending> {
        let snapshot = ctx.snapshot()?;
        let spending = async {
            let by: Vec<_> = group_by.into_iter().map(Into::into).collect();
            let filter = filter.unwrap_or_default().parse()?;
            let range = GroupRange::parse(first, after.as_deref())?;
            let fetch = Spending::fetch(ctx);
            expense::spending(snapshot.cx(), &by, &filter, range, &fetch).await
        };
        spending
            .await
            .map(Spending::new)
            .map_err(|error| problem(&error))
    }
}
