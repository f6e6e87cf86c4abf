//! Reading accounts.

use async_graphql::{Context, ID, Object};
use outlay_domain::{account, page::PageRequest};

use super::{Account, AccountConnection};
use crate::{
    context::ContextExt,
    error::{Answer, found},
    id::Kind,
    loader,
};

/// Queries about accounts.
#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// The organization's accounts, by name. For owners, admins, finance and viewers; null, with the error
    /// `FORBIDDEN`, for others.
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Answer<AccountConnection> {
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            account::list(ctx.request().snapshot()?.cx(), &request).await
        };
        found(page.await.map(|page| AccountConnection::new(page, ())))
    }

    /// One account; null when there is none of this id, or none that the caller may know of.
    async fn account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the account.")] id: ID,
    ) -> Answer<Account> {
        loader::account(ctx, Kind::Account.parse("id", &id)).await
    }
}
