//! Demo data: one organization to try, and many for load tests.
//!
//! [`acme`] is the organization of the first start: a few people and expenses, written by the commands of the domain.
//! [`fleet`] generates any number of organizations with thousands of rows each, and loads them in bulk.

pub(crate) mod acme;
pub(crate) mod fleet;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use outlay_domain::{
    Outlay,
    identity::SignUp,
    organization::CreateOrganization,
    value::{Currency, Email, Name, Password, Slug},
};
use outlay_tenancy::Tenant;
use uuid::Uuid;

/// The password of all demo users.
pub(crate) const PASSWORD: &str = "outlay-demo";

/// The lifetime of the access tokens that are printed.
pub(crate) const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// The id of the user with this address, created if there is none.
async fn user(outlay: &Outlay, email: &str, name: &str) -> Result<Uuid> {
    let new = SignUp {
        email: Email::parse("email", email)?,
        password: Password::parse("password", PASSWORD)?,
        display_name: Name::parse("displayName", name)?,
    };
    Ok(outlay.find_or_create_user(new).await?.id)
}

/// The organization with this slug, created if there is none. Its books are in EUR.
async fn organization(
    outlay: &Outlay,
    owner: Uuid,
    slug: &str,
    name: &str,
    business_email: Option<&str>,
) -> Result<Arc<Tenant>> {
    let directory = outlay.tenancy().directory();
    if let Some(tenant) = directory.find_by_slug(slug).await? {
        return Ok(tenant);
    }
    let business_email = business_email.map(|email| Email::parse("businessEmail", email));
    let new = CreateOrganization {
        name: Name::parse("name", name)?,
        slug: Slug::parse("slug", slug)?,
        base_currency: Currency::parse("baseCurrency", "EUR")?,
        business_email: business_email.transpose()?,
        business_phone: None,
    };
    let id = outlay.provision_for(owner, new).await?.id;
    let tenant = directory.find(id).await?;
    tenant.context("the organization was deleted while it was created")
}
