//! The subscription root and the events of its fields.
//!
//! Each event is resolved on its own snapshot, whose connection is released before the event is sent: a subscriber that
//! waits for events holds no database connection.

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
    /// Cursor of the latest event of the organization. Select it in the query that reads the initial data, then subscribe
    /// with `after` set to it: the query reads one snapshot, so the subscription delivers exactly the events that the query
    /// did not include.
    async fn event_cursor(&self, ctx: &Context<'_>) -> Answer<String> {
        let cursor = async {
            let snapshot = ctx.request().snapshot()?;
            live::cursor(snapshot.cx()).await
        };
        found(cursor.await.map(|cursor| Some(cursor.encode())))
    }
}

/// Subscriptions, over graphql-ws or graphql-sse. Each event has a cursor. To continue after a lost connection,
/// subscribe again with `after` set to the cursor of the last event received: each missed event is delivered once.
///
/// A subscription ends with an error when the member is deactivated or gets another role or department (`FORBIDDEN`),
/// when the organization is suspended (`TENANT_SUSPENDED`), or when the session or the access token ends
/// (`UNAUTHENTICATED`).
#[derive(Default)]
pub struct SubscriptionRoot;

/// Subscriptions, over graphql-ws or graphql-sse. Each event has a cursor. To continue after a lost connection,
/// subscribe again with `after` set to the cursor of the last event received: each missed event is delivered once.
///
/// A subscription ends with an error when the member is deactivated or gets another role or department (`FORBIDDEN`),
/// when the organization is suspended (`TENANT_SUSPENDED`), or when the session or the access token ends
/// (`UNAUTHENTICATED`).
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// Changes of expenses that the caller is allowed to see: created, changed, deleted, or moved to another status.
    /// Expenses created by an import are not included; see `importProgress`.
    async fn expense_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the events after this cursor; new events only when omitted.")]
        after: Option<String>,
        #[graphql(desc = "Conditions, joined by AND; all expenses when omitted.")] filter: Option<
            ExpenseChangeFilter,
        >,
    ) -> Result<impl Stream<Item = Result<ExpenseChange>> + use<>> {
        let filter = filter.unwrap_or_default().parse();
        let filter = filter.map_err(|error| problem(&error))?;
        let told = follow(ctx, Interest::Expenses, after).await?;
        Ok(only(told, move |told| {
            ExpenseChange::of(told).filter(|change| filter.matches(change))
        }))
    }

    /// Submissions of expenses that the caller is allowed to approve. For owners, admins, finance and approvers;
    /// `FORBIDDEN` for others.
    async fn approval_wanted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the events after this cursor; new events only when omitted.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ExpenseChange>> + use<>> {
        let told = follow(ctx, Interest::Approvals, after).await?;
        Ok(only(told, ExpenseChange::of))
    }

    /// Budgets whose amount charged has reached 80 % or 100 % of the limit.
    async fn budget_nearing_limit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the events after this cursor; new events only when omitted.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<BudgetNearingLimit>> + use<>> {
        let told = follow(ctx, Interest::Budgets, after).await?;
        Ok(only(told, BudgetNearingLimit::of))
    }

    /// Progress of imports. Events of running imports are not stored: only current ones are delivered. The event of a
    /// finished import is stored and delivered after any earlier cursor. For owners, admins, finance and viewers;
    /// `FORBIDDEN` for others.
    async fn import_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of an import; all imports when omitted.")] import_id: Option<
            ID,
        >,
        #[graphql(desc = "Returns the events after this cursor; new events only when omitted.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ImportProgress>> + use<>> {
        let import = import_id.parse("importId");
        let import = import.map_err(|error| problem(&error))?;
        let told = follow(ctx, Interest::Imports(import), after).await?;
        Ok(only(told, ImportProgress::of))
    }
}

/// The events that match the caller's interest, until an error ends the subscription.
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

/// The events of one field, selected from all events of the subscription.
fn only<T>(
    told: impl Stream<Item = Result<Publication>>,
    mut pick: impl FnMut(Publication) -> Option<T>,
) -> impl Stream<Item = Result<T>> {
    futures::StreamExt::filter_map(told, move |told| {
        std::future::ready(told.map(&mut pick).transpose())
    })
}
