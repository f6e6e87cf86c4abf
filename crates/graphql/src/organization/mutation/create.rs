//! The mutation that creates an organization.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use outlay_domain::{
    IdempotencyKey,
    organization::CreateOrganization,
    value::{Currency, Email, Name, Phone, Slug},
};

use super::super::Organization;
use crate::{
    context::ContextExt,
    directive::cost,
    error::{Answer, UserError, mutation_result},
    identity::Session,
    scalar::CurrencyCode,
};

/// A new organization.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// Display name, 1 to 200 characters.
    name: String,
    /// Name in host names and links, unique: 2 to 63 lower-case letters, digits and inner hyphens.
    slug: String,
    /// Base currency: the currency of budgets, accounts and sums. It cannot be changed later.
    base_currency: CurrencyCode,
    /// Business e-mail address, at most 254 characters.
    business_email: Option<String>,
    /// Business telephone number, at most 32 characters, such as `+44 20 7946 0000`.
    business_phone: Option<String>,
    /// Makes a retry safe: a repeated request with the same key returns the same organization, with a new session. 1 to 100
    /// characters.
    idempotency_key: Option<String>,
}

impl CreateOrganizationInput {
    fn parse(&self) -> outlay_domain::Result<CreateOrganization> {
        let (email, phone) = (self.business_email.as_ref(), self.business_phone.as_ref());
        Ok(CreateOrganization {
            name: Name::parse("name", &self.name)?,
            slug: Slug::parse("slug", &self.slug)?,
            base_currency: Currency::parse("baseCurrency", &self.base_currency.0)?,
            business_email: email
                .map(|email| Email::parse("businessEmail", email))
                .transpose()?,
            business_phone: phone
                .map(|phone| Phone::parse("businessPhone", phone))
                .transpose()?,
        })
    }
}

/// Result of `createOrganization`.
#[derive(SimpleObject)]
pub struct CreateOrganizationPayload {
    /// The new organization; `null` when there are errors.
    organization: Option<Organization>,
    /// A session bound to the organization; `null` when there are errors.
    session: Option<Session>,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// The mutation that creates organizations.
#[derive(Default)]
pub struct OrganizationCreateMutation;

#[Object]
impl OrganizationCreateMutation {
    /// Creates an organization with the caller as its owner. It can be used at once. For every authenticated user.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: CreateOrganizationInput,
    ) -> Answer<CreateOrganizationPayload> {
        let request = ctx.request();
        let done = async {
            let caller = request.caller()?;
            let new = input.parse()?;
            let key = IdempotencyKey::parse_optional(input.idempotency_key.as_deref())?;
            request.release().await;
            let made = request
                .outlay()
                .create_organization(caller, new, key.as_ref());
            let (row, session) = made.await?;
            let directory = request.outlay().tenancy().directory();
            // The organization is committed: return the session even if the organization cannot be read yet.
            if let Ok(access) = directory.access(row.id, caller.user_id).await {
                request.adopt(access).await;
            }
            Ok((row, session))
        };
        mutation_result(done.await, |done, errors| {
            let (row, session) = done.unzip();
            CreateOrganizationPayload {
                organization: row.map(Into::into),
                session: session.map(Into::into),
                errors,
            }
        })
    }
}
