//! Changing the organization.

use async_graphql::MaybeUndefined;
use outlay_domain::organization::UpdateOrganization;

use super::super::{Organization, settings::RuleAction};
use crate::{
    input::input,
    payload::{mutations, payload},
};

input! {
    /// Changes to the session's organization. Omitted fields stay unchanged, `null` removes a value.
    UpdateOrganizationInput => UpdateOrganization {
        /// The version that the caller has seen. The change is rejected when there is a newer one.
        version: i32,
        /// The name that people see, 1 to 200 characters.
        name: Option<String>,
        /// Name in host names and links, unique: 2 to 63 lower-case letters, digits and inner hyphens. The old name stops
        /// working at once.
        slug: Option<String>,
        /// Business e-mail address; `null` for none.
        business_email: MaybeUndefined<String>,
        /// Business telephone number; `null` for none.
        business_phone: MaybeUndefined<String>,
        /// Brand colour, as `#rrggbb`; `null` for none.
        brand_color: MaybeUndefined<String>,
        /// Address of the logo on its sign-in page, by https; `null` for none.
        logo_url: MaybeUndefined<String>,
        /// Whether a write may leave a budget overspent. Budgets that are overspent when this becomes `BLOCK` stay so.
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
