//! Creates organizations.

use outlay_entity::shared::{OrganizationId, organization};
use outlay_tenancy::{FirstOwner, NewOrganization};
use sea_orm::TransactionTrait;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    IdempotencyKey, Outlay, Result,
    identity::{Caller, SessionTokens},
    value::{Currency, Email, Name, Phone, Slug},
    write::Once,
};

/// The operation name in the table of idempotency keys.
const CREATE: &str = "organization.create";

/// Number of candidates for the short code. With four random digits, several collisions in a row need thousands of
/// organizations with the same letters.
const SHORT_CODES: usize = 20;

/// Creates an organization. The user becomes its owner.
#[derive(Debug, Clone, Serialize)]
pub struct CreateOrganization {
    /// Display name.
    pub name: Name,
    /// Name used in host names and links.
    pub slug: Slug,
    /// The base currency; it cannot be changed later.
    pub base_currency: Currency,
    /// E-mail address for business contacts.
    pub business_email: Option<Email>,
    /// Telephone number for business contacts.
    pub business_phone: Option<Phone>,
}

impl Outlay {
    /// Creates an organization owned by the caller, and opens a session bound to it. If the key has already created an
    /// organization, returns that one and a new session.
    ///
    /// # Errors
    /// `Conflict` when the slug is taken, or the key was used for another input. In both cases nothing is written.
    pub async fn create_organization(
        &self,
        caller: &Caller,
        new: CreateOrganization,
        key: Option<&IdempotencyKey>,
    ) -> Result<(organization::Model, SessionTokens)> {
        let (user, id) = (caller.user_id, OrganizationId::generate());
        let once = key
            .map(|key| Once::new(user, CREATE, key, &new))
            .transpose()?;
        // Runs before the transaction, since no task may wait for a second connection.
        let new = self.owned_by(user, new).await?;
        let transaction = self.tenancy().shared().begin().await?;
        let made = match once {
            Some(once) => once.claim(&transaction, id.uuid()).await?,
            None => None,
        };
        let organization = if let Some(made) = made.map(OrganizationId::from) {
            transaction.rollback().await?;
            self.tenancy().directory().access(made, user).await?;
            self.get_organization(made).await?
        } else {
            self.tenancy().provision(transaction, id, new).await?
        };
        let session = self.open_session(user, Some(organization.id)).await?;
        Ok((organization, session))
    }

    /// Creates an organization owned by this user.
    ///
    /// # Errors
    /// The same as [`create_organization`](Self::create_organization).
    pub async fn provision_for(
        &self,
        user: Uuid,
        new: CreateOrganization,
    ) -> Result<organization::Model> {
        let new = self.owned_by(user, new).await?;
        let transaction = self.tenancy().shared().begin().await?;
        let made = self
            .tenancy()
            .provision(transaction, OrganizationId::generate(), new);
        Ok(made.await?)
    }

    async fn owned_by(&self, user: Uuid, new: CreateOrganization) -> Result<NewOrganization> {
        let user = self.get_user(user).await?;
        let owner = FirstOwner {
            user_id: user.id,
            email: user.email,
            display_name: user.display_name,
        };
        let short_codes = (0..SHORT_CODES)
            .map(|_| short_code(new.slug.as_str()))
            .collect();
        Ok(NewOrganization {
            slug: new.slug.into(),
            short_codes,
            name: new.name.into(),
            base_currency: new.base_currency.code().to_owned(),
            business_email: new.business_email.map(Into::into),
            business_phone: new.business_phone.map(Into::into),
            owner,
        })
    }
}

/// Three characters of the slug and four random digits, such as `ACM-4821`.
fn short_code(slug: &str) -> String {
    let letters = slug
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .chain(std::iter::repeat('X'));
    let letters: String = letters.take(3).collect::<String>().to_ascii_uppercase();
    format!("{letters}-{}", rand::random_range(1000..10_000))
}

#[cfg(test)]
mod tests {
    use super::short_code;

    #[test]
    fn a_short_code_is_three_letters_and_four_digits() {
        assert!(short_code("acme").starts_with("ACM-"));
        assert!(short_code("a-b").starts_with("ABX-"));
        assert_eq!(short_code("acme").len(), 8);
    }
}
