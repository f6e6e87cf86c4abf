//! The directory of organizations.

use sea_orm::entity::prelude::*;

use super::OrganizationStatus;

crate::positional! {
    /// One tenant: its public face, and where its data lives.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(schema_name = "outlay", table_name = "organization")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Name in host names and links; may change.
        pub slug: String,
        /// Code for people to type, such as `ACM-4821`; never changes.
        pub short_code: String,
        /// The name that people see.
        pub name: String,
        /// Schema of its data; never changes.
        pub schema_name: String,
        /// Steps of the tenant migrations that the schema has taken.
        pub schema_version: i32,
        /// The database that holds the schema; `default` for the server's own.
        pub database: String,
        /// Whether its members may use it now.
        pub status: OrganizationStatus,
        /// What it has subscribed to.
        pub plan: String,
        /// ISO 4217 code of the currency of its books.
        pub base_currency: String,
        /// Address for business with the organization.
        pub business_email: Option<String>,
        /// Telephone number for business.
        pub business_phone: Option<String>,
        /// Colour of its pages, as `#rrggbb`.
        pub brand_color: Option<String>,
        /// Picture for its sign-in page.
        pub logo_url: Option<String>,
        /// Counts the writes; a write that names an older one is refused.
        pub version: i32,
        /// When the row was made.
        pub created_at: DateTimeUtc,
        /// When it was last written.
        pub updated_at: DateTimeUtc,
    }
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
