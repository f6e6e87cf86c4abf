//! The public profile of an organization, for its sign-in page.

use async_graphql::SimpleObject;
use outlay_domain::entity::shared::organization::Model;

/// The public profile of an organization, for its sign-in page.
#[derive(SimpleObject)]
pub struct OrganizationProfile {
    /// Code for people to type, such as `ACM-4821`. Unique; it never changes.
    short_code: String,
    /// Name in host names and links. Pass it to `signIn` as `organization`.
    slug: String,
    /// Display name.
    name: String,
    /// Brand colour, as `#rrggbb`; `null` when there is none.
    brand_color: Option<String>,
    /// Address of the logo on the sign-in page; `null` when there is none.
    logo_url: Option<String>,
}

impl From<Model> for OrganizationProfile {
    fn from(row: Model) -> Self {
        Self {
            short_code: row.short_code,
            slug: row.slug,
            name: row.name,
            brand_color: row.brand_color,
            logo_url: row.logo_url,
        }
    }
}
