//! Organizations in the schema.

mod mutation;
mod profile;
mod query;
mod settings;

use async_graphql::{Context, Enum};
use futures::future::BoxFuture;
use outlay_derive::fields;
use outlay_domain::{
    entity::shared::{self, OrganizationId, organization},
    organization as organizations,
    read::Reading,
};

use crate::{
    context::ContextExt,
    error::{Answer, found},
    noun::{Found, Kind, Object, Registered, Snapshot},
    scalar::CurrencyCode,
};

pub use mutation::OrganizationMutation;
pub use query::OrganizationQuery;
pub use settings::{OrganizationSettings, RuleAction};

/// Whether an organization may be used.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "shared::OrganizationStatus")]
pub enum OrganizationStatus {
    /// The organization can be used.
    Active,
    /// Suspended by the operator: requests of its members are rejected with `TENANT_SUSPENDED` until it is resumed.
    Suspended,
}

/// A company or club, with its own isolated data. Visible only to its members.
#[fields(organization)]
impl Organization {
    /// Name in host names and links. Unique; it can be changed by `updateOrganization`.
    fn slug(slug: &str) -> &str {
        slug
    }

    /// Code for people to type, such as `ACM-4821`. Unique; it never changes.
    fn short_code(short_code: &str) -> &str {
        short_code
    }

    /// Display name.
    fn name(name: &str) -> &str {
        name
    }

    /// Base currency: the currency of budgets, accounts and sums. It never changes.
    fn base_currency(base_currency: &str) -> CurrencyCode {
        CurrencyCode(base_currency.to_owned())
    }

    /// Whether the organization may be used.
    fn status(status: shared::OrganizationStatus) -> OrganizationStatus {
        status.into()
    }

    /// Name of the subscription plan.
    fn plan(plan: &str) -> &str {
        plan
    }

    /// Business e-mail address; `null` when there is none.
    fn business_email(business_email: Option<&str>) -> Option<&str> {
        business_email
    }

    /// Business telephone number; `null` when there is none.
    fn business_phone(business_phone: Option<&str>) -> Option<&str> {
        business_phone
    }

    /// Brand colour, as `#rrggbb`; `null` when there is none.
    fn brand_color(brand_color: Option<&str>) -> Option<&str> {
        brand_color
    }

    /// Address of the logo on the sign-in page; `null` when there is none.
    fn logo_url(logo_url: Option<&str>) -> Option<&str> {
        logo_url
    }

    /// Business rules; `null` for organizations that the session is not bound to.
    #[reads(id)]
    async fn settings(&self, ctx: &Context<'_>) -> Answer<OrganizationSettings> {
        let id = self.0.id().ok()?;
        let access = ctx.request().readable();
        if !access.is_ok_and(|access| access.tenant().id() == *id) {
            return None;
        }
        let settings = async { organizations::settings(ctx.request().snapshot()?.cx()).await };
        found(settings.await.map(OrganizationSettings::from))
    }
}

impl Registered for organization::Entity {
    const KIND: Kind = Kind::Organization;

    /// Returns nothing: organizations are in the shared schema, not in a tenant's snapshot.
    fn load(_: &Snapshot, _: OrganizationId, _: Reading) -> BoxFuture<'_, Found<Self>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

impl Object for Organization {
    type Noun = organization::Entity;
}

/// The organization of the session; the caller is not allowed to see any other.
pub(crate) async fn find(ctx: &Context<'_>, id: OrganizationId) -> Answer<Organization> {
    let organization = async {
        let request = ctx.request();
        if id != request.access()?.tenant().id() {
            return Ok(None);
        }
        let row = request.outlay().get_organization(id);
        Ok(Some(Organization::from(request.read_shared(row).await?)))
    };
    found(organization.await)
}
