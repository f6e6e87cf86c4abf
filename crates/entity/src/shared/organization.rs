//! The directory of organizations.

use sea_orm::entity::prelude::*;

use super::OrganizationStatus;

crate::record::table! {
    /// One tenant: its public profile, and the location of its data.
    in "outlay" "organization" {
        /// Name in host names and links; may change.
        slug: String,
        /// Code for people to type, such as `ACM-4821`; never changes.
        short_code: String,
        /// The name that people see.
        name: String,
        /// Schema of its data; never changes.
        schema_name: String,
        /// Number of tenant migrations applied to the schema.
        schema_version: i32,
        /// The database that holds the schema; `default` for the server's own.
        database: String,
        /// Whether its members may use it now.
        status: OrganizationStatus,
        /// Subscription plan.
        plan: String,
        /// ISO 4217 code of the base currency.
        base_currency: String,
        /// Business e-mail address.
        business_email: Option<String>,
        /// Business telephone number.
        business_phone: Option<String>,
        /// Brand colour, as `#rrggbb`.
        brand_color: Option<String>,
        /// Address of the logo on its sign-in page.
        logo_url: Option<String>,
    }
}
