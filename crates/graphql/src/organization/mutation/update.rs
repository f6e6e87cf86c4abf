//! The mutation that changes the organization.

use async_graphql::MaybeUndefined;
use outlay_domain::organization::UpdateOrganization;

use super::super::{Organization, settings::RuleAction};
use crate::{
    input::input,
    payload::{mutations, payload},
};

input! {
    /// Changes to the organization that the session is bound to. Omitted fields stay unchanged, `null` removes a value.
    UpdateOrganizationInput => UpdateOrganization {
        /// The version that the caller has read. The change is rejected with `CONFLICT` when there is a newer one.
        version: i32,
        /// Display name, 1 to 200 characters.
        name: Option<String>,
        /// Name in host names and links, unique: 2 to 63 lower-case letters, digits and inner hyphens. The old name stops
        /// working immediately.
        slug: Option<String>,
        /// Business e-mail address, at most 254 characters; `null` for none.
        business_email: MaybeUndefined<String>,
        /// Business telephone number, at most 32 characters, such as `+44 20 7946 0000`; `null` for none.
        business_phone: MaybeUndefined<String>,
        /// Brand colour, as `#rrggbb`; `null` for none.
        brand_color: MaybeUndefined<String>,
        /// Address of the logo on the sign-in page, with `https://`, at most 2,000 characters; `null` for none.
        logo_url: MaybeUndefined<String>,
        /// Action when a write would leave a budget overspent. Budgets that are already overspent stay so.
        over_budget: Option<RuleAction>,
        /// First month of the fiscal year, 1 to 12.
        fiscal_year_start: Option<i32>,
    }
}

payload! {
    UpdateOrganizationPayload "updateOrganization": organization Organization
}

mutations! {
    /// The mutation that changes organizations.
    OrganizationUpdateMutation;
    /// Changes the organization that the session is bound to. For owners and admins.
    update_organization(UpdateOrganizationInput) -> UpdateOrganizationPayload by write;
}
