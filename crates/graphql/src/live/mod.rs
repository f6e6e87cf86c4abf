//! What happens, told while it happens: the root of subscriptions and what its fields tell.
//!
//! Each event is resolved on a snapshot of its own, whose connection goes back before the event is sent: a subscriber
//! who waits holds no connection.

mod budget;
mod expense;
mod import;

use async_graphql::{Context, ID, Object, Result, Subscription};
use futures::{Stream, stream};
use outlay_domain::live::{self, Interest, Publication};

pub use budget::BudgetNearingLimit;
pub use expense::{ExpenseChange, ExpenseChangeFilter};
pub use import::ImportProgress;

use crate::{
    context::ContextExt,
    error::{Answer, found, problem},
    input::Parse,
};

/// Queries about events.
#[derive(Default)]
pub struct LiveQuery;

#[Object]
impl LiveQuery {
    /// Where the events of the organization stand now. Ask for it together with what you show, then subscribe `after`
    /// it: a query sees one moment, so nothing that happens in between is missed and nothing is told that you have.
    async fn event_cursor(&self, ctx: &Context<'_>) -> Answer<String> {
        let cursor = async {
            let snapshot = ctx.request().snapshot()?;
            live::cursor(snapshot.cx()).await
        };
        found(cursor.await.map(|cursor| Some(cursor.encode())))
    }
}

/// Everything that is told while it happens, over graphql-ws or graphql-sse. Each event has a cursor: a client that
/// was away subscribes again `after` the last one that it has, and is told what it missed, each event once.
///
/// A subscription ends with an error when its member is deactivated, is given another role or department
/// (`FORBIDDEN`), when the organization is suspended (`TENANT_SUSPENDED`), or when the session or the access token
/// ends (`UNAUTHENTICATED`).
#[derive(Default)]
pub struct SubscriptionRoot;

/// Everything that is told while it happens, over graphql-ws or graphql-sse. Each event has a cursor: a client that
/// was away subscribes again `after` the last one that it has, and is told what it missed, each event once.
///
/// A subscription ends with an error when its member is deactivated, is given another role or department
/// (`FORBIDDEN`), when the organization is suspended (`TENANT_SUSPENDED`), or when the session or the access token
/// ends (`UNAUTHENTICATED`).
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// Expenses that the caller may see were entered, changed, deleted, or taken to another state. Those that an
    /// import makes are not told one by one: `importProgress` tells of them.
    async fn expense_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What comes after this cursor; what happens from now on when left out.")]
        after: Option<String>,
        #[graphql(desc = "Which expenses; all when left out.")] filter: Option<ExpenseChangeFilter>,
    ) -> Result<impl Stream<Item = Result<ExpenseChange>> + use<>> {
        let filter = filter.unwrap_or_default().parse();
        let filter = filter.map_err(|error| problem(&error))?;
        let told = follow(ctx, Interest::Expenses, after).await?;
        Ok(only(told, move |told| {
            ExpenseChange::of(told).filter(|change| filter.matches(change))
        }))
    }

    /// Expenses of others were submitted that the caller may decide on. For owners, admins, finance and approvers.
    async fn approval_wanted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What comes after this cursor; what happens from now on when left out.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ExpenseChange>> + use<>> {
        let told = follow(ctx, Interest::Approvals, after).await?;
        Ok(only(told, ExpenseChange::of))
    }

    /// Expenses have brought a budget to 80 % or to 100 % of its limit.
    async fn budget_nearing_limit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What comes after this cursor; what happens from now on when left out.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<BudgetNearingLimit>> + use<>> {
        let told = follow(ctx, Interest::Budgets, after).await?;
        Ok(only(told, BudgetNearingLimit::of))
    }

    /// Imports come on, and end. What is under way is told as it is now and not kept; that an import has finished is
    /// told after any cursor. For owners, admins, finance and viewers.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of one import; all when left out.")] import_id: Option<ID>,
        #[graphql(desc = "What comes after this cursor; what happens from now on when left out.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ImportProgress>> + use<>> {
        let import = import_id.parse("importId");
        let import = import.map_err(|error| problem(&error))?;
        let told = follow(ctx, Interest::Imports(import), after).await?;
        Ok(only(told, ImportProgress::of))
    }
}

/// What the caller is told, until it ends with an error.
async fn follow(
    ctx: &Context<'_>,
    interest: Interest,
    after: Option<String>,
) -> Result<impl Stream<Item = Result<Publication>> + use<>> {
    let subscription = ctx.request().subscribe(interest, after.as_deref()).await;
    let subscription = subscription.map_err(|error| problem(&error))?;
    Ok(stream::unfold(Some(subscription), async |following| {
        let mut subscription = following?;
        match subscription.next().await {
            Ok(told) => Some((Ok(told), Some(subscription))),
            Err(error) => Some((Err(problem(&error)), None)),
        }
    }))
}

/// What a field tells of all that its subscriber is told.
fn only<T>(
    told: impl Stream<Item = Result<Publication>>,
    mut pick: impl FnMut(Publication) -> Option<T>,
) -> impl Stream<Item = Result<T>> {
    futures::StreamExt::filter_map(told, move |told| {
        std::future::ready(told.map(&mut pick).transpose())
    })
}
