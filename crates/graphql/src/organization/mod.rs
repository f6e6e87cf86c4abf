//! Organizations in the schema.

mod connection;
mod mutation;
mod profile;
mod query;
mod settings;

use async_graphql::{Context, Enum, ID, Object};
use outlay_domain::{
    entity::shared::{self, organization::Model},
    organization,
};

use crate::{
    context::ContextExt,
    error::{Answer, found},
    id::Kind,
    scalar::{CurrencyCode, DateTime},
};

pub use connection::OrganizationConnection;
pub use mutation::OrganizationMutation;
pub use query::OrganizationQuery;
pub use settings::OrganizationSettings;

/// Whether an organization may be used.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "shared::OrganizationStatus")]
pub enum OrganizationStatus {
    /// In use.
    Active,
    /// Set aside by the operator: its members are refused until it is resumed.
    Suspended,
}

/// A company or club, with books of its own that no other can see.
///
/// Invariant: made only for its members.
#[derive(Clone)]
pub struct Organization(Model);

impl From<Model> for Organization {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

/// A company or club, with books of its own that no other can see.
#[Object]
impl Organization {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Organization.id(self.0.id)
    }

    /// Its name in host names and links, unique; may change.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// A code for people to type, such as `ACM-4821`, unique; never changes.
    async fn short_code(&self) -> &str {
        &self.0.short_code
    }

    /// The name that people see.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The currency of its books: budgets, accounts and sums.
    async fn base_currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.base_currency.clone())
    }

    /// Whether it may be used.
    async fn status(&self) -> OrganizationStatus {
        self.0.status.into()
    }

    /// What it has subscribed to.
    async fn plan(&self) -> &str {
        &self.0.plan
    }

    /// E-mail address for business with it.
    async fn business_email(&self) -> Option<&str> {
        self.0.business_email.as_deref()
    }

    /// Telephone number for business with it.
    async fn business_phone(&self) -> Option<&str> {
        self.0.business_phone.as_deref()
    }

    /// Colour of its pages, as `#rrggbb`.
    async fn brand_color(&self) -> Option<&str> {
        self.0.brand_color.as_deref()
    }

    /// Address of a picture for its sign-in page.
    async fn logo_url(&self) -> Option<&str> {
        self.0.logo_url.as_deref()
    }

    /// Its business rules; null for organizations that the session is not bound to.
    async fn settings(&self, ctx: &Context<'_>) -> Answer<OrganizationSettings> {
        let here = ctx
            .request()
            .readable()
            .is_ok_and(|access| access.tenant().id() == self.0.id);
        if !here {
            return None;
        }
        let settings = async { organization::settings(ctx.request().snapshot()?.cx()).await };
        found(settings.await.map(OrganizationSettings::from))
    }

    /// Counts its changes; send it with the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}
