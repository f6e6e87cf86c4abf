//! Reading organizations.

use async_graphql::{Context, Object, Result};
use outlay_domain::value::Code;

use super::{Organization, profile::OrganizationProfile};
use crate::{context::ContextExt, error::problem};

/// Queries about organizations.
#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organization that the session is bound to.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization> {
        let organization = async {
            let access = ctx.request().access()?;
            ctx.request()
                .outlay()
                .get_organization(access.tenant().id())
                .await
        };
        organization
            .await
            .map(Into::into)
            .map_err(|error| problem(&error))
    }

    /// What the organization of a short code shows on its sign-in page; null when there is none. Needs no access
    /// token.
    async fn organization_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, such as `ACM-4821`, in any case.")] short_code: String,
    ) -> Result<Option<OrganizationProfile>> {
        let profile = async {
            let code = Code::parse("shortCode", &short_code)?;
            ctx.request()
                .outlay()
                .find_organization_by_short_code(code.as_str())
                .await
        };
        Ok(profile
            .await
            .map_err(|error| problem(&error))?
            .map(Into::into))
    }
}
