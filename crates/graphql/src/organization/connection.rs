//! The organizations of one user; they live in the shared schema, so no tenant's snapshot counts them.

use async_graphql::{Context, Object, Result};
use outlay_domain::{
    entity::shared::organization::Model,
    page::{Edge, Page},
};
use uuid::Uuid;

use super::Organization;
use crate::{connection::PageInfo, context::ContextExt, error::problem};

/// Organizations of a user, by name.
pub struct OrganizationConnection {
    page: Page<Organization>,
    user: Uuid,
}

impl OrganizationConnection {
    pub(crate) fn new(page: Page<Model>, user: Uuid) -> Self {
        Self {
            page: page.map(Organization::from),
            user,
        }
    }
}

/// Organizations of a user, by name.
#[Object]
impl OrganizationConnection {
    /// The rows of this page, each with its cursor.
    async fn edges(&self) -> Vec<OrganizationEdge<'_>> {
        self.page.edges.iter().map(OrganizationEdge).collect()
    }

    /// The rows of this page, without cursors.
    async fn nodes(&self) -> Vec<&Organization> {
        self.page.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo::of(&self.page)
    }

    /// How many rows the whole list has. Counting costs: ask for it only where it is shown.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let count = ctx.request().outlay().count_organizations_of(self.user);
        let count = ctx.request().read_shared(count).await;
        count.map_err(|error| problem(&error))
    }
}

/// A row and its place in the list.
pub struct OrganizationEdge<'a>(&'a Edge<Organization>);

/// A row and its place in the list.
#[Object]
impl OrganizationEdge<'_> {
    /// Opaque; give it as `after` or `before` to page on from here.
    async fn cursor(&self) -> &str {
        &self.0.cursor
    }

    /// The row.
    async fn node(&self) -> &Organization {
        &self.0.node
    }
}
