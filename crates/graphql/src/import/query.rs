//! Reading imports.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{import, page::PageRequest};

use super::{Import, ImportConnection};
use crate::{context::ContextExt, error::problem, id::Kind};

/// Queries about imports.
#[derive(Default)]
pub struct ImportQuery;

#[Object]
impl ImportQuery {
    /// The organization's imports, the newest first. For owners, admins, finance and viewers.
    async fn imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<ImportConnection> {
        let snapshot = ctx.snapshot()?;
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            import::list(snapshot.cx(), &request).await
        };
        Ok(ImportConnection::new(
            page.await.map_err(|error| problem(&error))?,
            (),
        ))
    }

    /// One import; null when there is none of this id, or none that the caller may know of.
    async fn import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the import.")] id: ID,
    ) -> Result<Option<Import>> {
        let snapshot = ctx.snapshot()?;
        let id = Kind::Import
            .parse("id", &id)
            .map_err(|error| problem(&error))?;
        Ok(snapshot.import(id).await?.map(Import))
    }
}
