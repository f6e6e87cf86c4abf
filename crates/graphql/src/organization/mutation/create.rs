//! A new organization.

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
    error::{Answer, UserError, answer},
    identity::Session,
    scalar::CurrencyCode,
};

/// A new organization.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    /// The name that people see, 1 to 200 characters.
    name: String,
    /// Its name in host names and links, unique: 2 to 63 lower-case letters, digits and inner hyphens.
    slug: String,
    /// The currency of its books. It cannot be changed later.
    base_currency: CurrencyCode,
    /// E-mail address for business with it.
    business_email: Option<String>,
    /// Telephone number for business with it.
    business_phone: Option<String>,
    /// Makes a repeated request safe: the same key gives the same organization again, with a new session. 1 to 100
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

/// What became of `createOrganization`.
#[derive(SimpleObject)]
pub struct CreateOrganizationPayload {
    /// The new organization; null when there are errors.
    organization: Option<Organization>,
    /// A session bound to it; null when there are errors.
    session: Option<Session>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// The mutation that makes organizations.
#[derive(Default)]
pub struct OrganizationCreateMutation;

#[Object]
impl OrganizationCreateMutation {
    /// Makes an organization with the caller as its owner, ready to use. For everybody who is signed in.
    #[graphql(directive = cost::apply("100".to_owned()))]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organization.")] input: CreateOrganizationInput,
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
            // Made is made: the session is answered even where the organization cannot be read yet.
            if let Ok(access) = directory.access(row.id, caller.user_id).await {
                request.adopt(access).await;
            }
            Ok((row, session))
        };
        answer(done.await, |done, errors| {
            let (row, session) = done.unzip();
            CreateOrganizationPayload {
                organization: row.map(Into::into),
                session: session.map(Into::into),
                errors,
            }
        })
    }
}
