//! Reading imports.

use async_graphql::{Context, ID, Object};
use outlay_domain::{import, page::PageRequest};

use super::{Import, ImportConnection};
use crate::{
    context::ContextExt,
    error::{Answer, found},
    id::Kind,
    loader,
};

/// Queries about imports.
#[derive(Default)]
pub struct ImportQuery;

#[Object]
impl ImportQuery {
    /// The organization's imports, the newest first. For owners, admins, finance and viewers; null, with the error
    /// `FORBIDDEN`, for others.
    async fn imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Answer<ImportConnection> {
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            import::list(ctx.request().snapshot()?.cx(), &request).await
        };
        found(page.await.map(|page| ImportConnection::new(page, ())))
    }

    /// One import; null when there is none of this id, or none that the caller may know of.
    async fn import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the import.")] id: ID,
    ) -> Answer<Import> {
        loader::import(ctx, Kind::Import.parse("id", &id)).await
    }
}
