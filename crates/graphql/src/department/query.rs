//! Reading departments.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{department, page::PageRequest};

use super::{Department, DepartmentConnection};
use crate::{
    context::ContextExt,
    error::{Answer, problem},
    id::Kind,
    loader,
};

/// Queries about departments.
#[derive(Default)]
pub struct DepartmentQuery;

#[Object]
impl DepartmentQuery {
    /// The organization's departments, by name.
    async fn departments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<DepartmentConnection> {
        let snapshot = ctx.snapshot()?;
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            department::list(snapshot.cx(), &request).await
        };
        Ok(DepartmentConnection::new(
            page.await.map_err(|error| problem(&error))?,
            (),
        ))
    }

    /// One department; null when there is none of this id.
    async fn department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the department.")] id: ID,
    ) -> Answer<Department> {
        loader::department(ctx, Kind::Department.parse("id", &id)).await
    }
}
