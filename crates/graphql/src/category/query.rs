//! Reading categories.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{category, page::PageRequest};

use super::{Category, CategoryConnection};
use crate::{
    context::ContextExt,
    error::{Answer, problem},
    id::Kind,
    loader,
};

/// Queries about categories.
#[derive(Default)]
pub struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// The organization's categories, by name.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<CategoryConnection> {
        let snapshot = ctx.snapshot()?;
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            category::list(snapshot.cx(), &request).await
        };
        Ok(CategoryConnection::new(
            page.await.map_err(|error| problem(&error))?,
            (),
        ))
    }

    /// One category; null when there is none of this id.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the category.")] id: ID,
    ) -> Answer<Category> {
        loader::category(ctx, Kind::Category.parse("id", &id)).await
    }
}
