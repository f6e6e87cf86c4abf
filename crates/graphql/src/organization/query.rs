//! Queries about organizations.

use async_graphql::{Context, Object};
use outlay_domain::value::Code;

use super::{Organization, profile::OrganizationProfile};
use crate::{
    context::ContextExt,
    error::{Answer, found},
};

/// Queries about organizations.
#[derive(Default)]
pub struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organization that the session is bound to; `null`, with the error `TENANT_REQUIRED`, when it is bound to none.
    async fn organization(&self, ctx: &Context<'_>) -> Answer<Organization> {
        let organization = async {
            let id = ctx.request().access()?.tenant().id();
            let organization = ctx.request().outlay().get_organization(id);
            ctx.request().read_shared(organization).await
        };
        found(organization.await.map(Organization::from))
    }

    /// The public profile of the organization with this short code; `null` when there is none. Requires no access token.
    async fn organization_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Short code, such as `ACM-4821`, regardless of case.")] short_code: String,
    ) -> Answer<OrganizationProfile> {
        let profile = async {
            let code = Code::parse("shortCode", &short_code)?;
            let outlay = ctx.request().outlay();
            let profile = outlay.find_organization_by_short_code(code.as_str());
            ctx.request().read_shared(profile).await
        };
        let profile = profile.await;
        found(profile.map(|row| row.map(OrganizationProfile::from)))
    }
}
