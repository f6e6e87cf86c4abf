//! Reading expenses.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{
    expense::{self, GroupRange, MAX_GROUPS},
    page::PageRequest,
};

use super::{
    Expense, ahead,
    connection::ExpenseConnection,
    filter::{ExpenseFilter, ExpenseOrder},
    spending::{Spending, SpendingDimension},
};
use crate::{
    context::ContextExt,
    directive::{cost, list_size},
    error::{Answer, problem},
    id::Kind,
    loader,
};

/// The most groups of one `spending`.
#[expect(clippy::cast_possible_truncation, reason = "it is a thousand")]
const GROUPS: i32 = MAX_GROUPS as i32;

/// Queries about expenses.
#[derive(Default)]
pub struct ExpenseQuery;

#[Object]
impl ExpenseQuery {
    /// The expenses that the caller may see: all for owners, admins, finance and viewers, their department's for
    /// approvers, their own for members.
    #[allow(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn expenses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which expenses; all when left out.")] filter: Option<ExpenseFilter>,
        #[graphql(desc = "In what order; the newest purchase first when left out.")]
        order_by: Option<ExpenseOrder>,
    ) -> Result<ExpenseConnection> {
        let snapshot = ctx.snapshot()?;
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            let filter = filter.unwrap_or_default().parse()?;
            let order = order_by.map(Into::into).unwrap_or_default();
            let reading = ahead::of_list(ctx);
            let listed = expense::list(snapshot.cx(), &filter, order, &request, &reading).await?;
            ahead::keep(listed.related, &snapshot.ahead);
            Ok(ExpenseConnection::counted(
                listed.page,
                listed.count,
                filter,
            ))
        };
        page.await
            .map_err(|error: outlay_domain::Error| problem(&error))
    }

    /// One expense; null when there is none of this id, or none that the caller may know of.
    async fn expense(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the expense.")] id: ID,
    ) -> Answer<Expense> {
        loader::expense(ctx, Kind::Expense.parse("id", &id)).await
    }

    /// Expenses summed by what they have in common, the largest group first. It counts what `expenses` lists with
    /// the same filter: filter by status to leave out drafts or what was rejected. Returns all groups, or, if there
    /// are more than 1,000, the error `LIMIT_EXCEEDED`: give `first` and `after` to read them in pages.
    #[graphql(
        directive = cost::apply("50".to_owned()),
        directive = list_size::apply(GROUPS)
    )]
    async fn spending(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What to group by; each at most once. Nothing gives one row with the whole sum."
        )]
        group_by: Vec<SpendingDimension>,
        #[graphql(desc = "Which expenses; all when left out.")] filter: Option<ExpenseFilter>,
        #[graphql(desc = "Returns the first *n* groups (1 to 1,000).")] first: Option<i32>,
        #[graphql(
            desc = "Returns the groups after this cursor. A page is computed from the expenses as they are when it is read."
        )]
        after: Option<String>,
    ) -> Result<Spending> {
        let snapshot = ctx.snapshot()?;
        let spending = async {
            let dimensions: Vec<_> = group_by.into_iter().map(Into::into).collect();
            let filter = filter.unwrap_or_default().parse()?;
            let range = GroupRange::parse(first, after.as_deref())?;
            let spending = expense::spending(snapshot.cx(), &dimensions, &filter, range).await?;
            Ok(Spending::new(spending, snapshot.cx().base_currency()?))
        };
        spending
            .await
            .map_err(|error: outlay_domain::Error| problem(&error))
    }
}
