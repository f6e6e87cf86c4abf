//! An organization's name, looks and rules.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use outlay_domain::{
    Error,
    organization::UpdateOrganization,
    value::{BrandColor, Email, LogoUrl, Name, Phone, Slug},
};

use super::super::{Organization, settings::RuleAction};
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    removable::removable,
};

/// A change of the session's organization; what is left out stays as it is, null removes.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The version that the change is made to.
    version: i32,
    /// The name that people see, 1 to 200 characters.
    name: Option<String>,
    /// Its name in host names and links, unique: 2 to 63 lower-case letters, digits and inner hyphens. The old one
    /// stops working at once.
    slug: Option<String>,
    /// E-mail address for business with it.
    business_email: MaybeUndefined<String>,
    /// Telephone number for business with it.
    business_phone: MaybeUndefined<String>,
    /// Colour of its pages, as `#rrggbb`.
    brand_color: MaybeUndefined<String>,
    /// Address of a picture for its sign-in page, by https.
    logo_url: MaybeUndefined<String>,
    /// Whether a write may leave a budget overspent. Budgets that are overspent when this becomes `BLOCK` stay so.
    over_budget: Option<RuleAction>,
    /// The first month of the fiscal year, 1 to 12.
    fiscal_year_start: Option<i32>,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl UpdateOrganizationInput {
    fn parse(&self) -> outlay_domain::Result<UpdateOrganization> {
        let (name, slug) = (self.name.as_ref(), self.slug.as_ref());
        let month = |month| {
            i16::try_from(month)
                .map_err(|_| Error::invalid("fiscalYearStart", "A month is from 1 to 12."))
        };
        Ok(UpdateOrganization {
            version: self.version,
            name: name.map(|name| Name::parse("name", name)).transpose()?,
            slug: slug.map(|slug| Slug::parse("slug", slug)).transpose()?,
            business_email: removable("businessEmail", &self.business_email, Email::parse)?,
            business_phone: removable("businessPhone", &self.business_phone, Phone::parse)?,
            brand_color: removable("brandColor", &self.brand_color, BrandColor::parse)?,
            logo_url: removable("logoUrl", &self.logo_url, LogoUrl::parse)?,
            over_budget: self.over_budget.map(Into::into),
            fiscal_year_start: self.fiscal_year_start.map(month).transpose()?,
        })
    }
}

/// What became of `updateOrganization`.
#[derive(SimpleObject)]
pub struct UpdateOrganizationPayload {
    /// The organization as it is now; null when there are errors.
    organization: Option<Organization>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// The mutation that changes organizations.
#[derive(Default)]
pub struct OrganizationUpdateMutation;

#[Object]
impl OrganizationUpdateMutation {
    /// Changes the organization that the session is bound to. For owners and admins.
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateOrganizationInput,
    ) -> Answer<UpdateOrganizationPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| UpdateOrganizationPayload {
            organization: row.map(Into::into),
            errors,
        })
    }
}
