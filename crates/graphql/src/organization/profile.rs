//! The face that an organization shows before sign-in.

use async_graphql::SimpleObject;
use outlay_domain::entity::shared::organization::Model;

/// What an organization shows to people who have not signed in.
#[derive(SimpleObject)]
pub struct OrganizationProfile {
    /// A code for people to type, such as `ACM-4821`; never changes.
    short_code: String,
    /// Its name in host names and links; give it to `signIn`.
    slug: String,
    /// The name that people see.
    name: String,
    /// Colour of its pages, as `#rrggbb`.
    brand_color: Option<String>,
    /// Address of a picture for its sign-in page.
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
