//! Users: sign-up and lookup.

use std::net::IpAddr;

use outlay_entity::shared::user;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait,
};
use serde::Serialize;
use uuid::Uuid;

use super::SessionTokens;
use crate::{
    Error, IdempotencyKey, Outlay, Result,
    value::{Email, Name, Password},
    write::Once,
};

/// The operation name of sign-up in the table of idempotency keys.
const SIGN_UP: &str = "user.sign_up";

/// Creates a user.
#[derive(Debug, Clone, Serialize)]
pub struct SignUp {
    /// The e-mail address to sign in with.
    pub email: Email,
    /// The password.
    #[serde(skip)]
    pub password: Password,
    /// The display name.
    pub display_name: Name,
}

impl Outlay {
    /// Creates a user and opens a session that is not bound to an organization. If the key has already created the user
    /// of this address, returns that user and a new session. `network` is the network of the client.
    ///
    /// # Errors
    /// `Conflict` when the address has an account and the request is not a repetition with the same key and password,
    /// or when the key was used for another input; `RateLimited`.
    pub async fn sign_up(
        &self,
        new: SignUp,
        key: Option<&IdempotencyKey>,
        network: Option<IpAddr>,
    ) -> Result<(user::Model, SessionTokens)> {
        let hash = self.passwords().hash(&new.password).await?;
        let transaction = self.tenancy().shared().begin().await?;
        let user = match create_user(&transaction, &new.email, &new.display_name, hash).await {
            Ok(user) => {
                if let Some(key) = key {
                    let once = Once::new(user.id, SIGN_UP, key, &new)?;
                    once.claim(&transaction, user.id).await?;
                }
                transaction.commit().await?;
                user
            }
            Err(taken) => {
                transaction.rollback().await?;
                match (&taken, key) {
                    (Error::Conflict { .. }, Some(key)) => {
                        self.find_sign_up(&new, key, network).await?.ok_or(taken)?
                    }
                    _ => return Err(taken),
                }
            }
        };
        let session = self.open_session(user.id, None).await?;
        Ok((user, session))
    }

    /// The user of an earlier sign-up with this key. Requires the password.
    ///
    /// Invariant: without the password, the result and the response time do not depend on the key.
    async fn find_sign_up(
        &self,
        new: &SignUp,
        key: &IdempotencyKey,
        network: Option<IpAddr>,
    ) -> Result<Option<user::Model>> {
        let shared = self.tenancy().shared();
        let Some(user) = find_user_by_email(shared, new.email.as_str()).await? else {
            return Ok(None);
        };
        let hash = Some(user.password_hash.as_str());
        let checked = self.check_password(&user.email, network, &new.password, hash);
        if !checked.await? {
            return Ok(None);
        }
        let done = Once::new(user.id, SIGN_UP, key, new)?.find(shared).await?;
        Ok(done.map(|_| user))
    }

    /// Finds a user by email address.
    ///
    /// # Errors
    /// Database errors.
    pub async fn find_user(&self, email: &Email) -> Result<Option<user::Model>> {
        find_user_by_email(self.tenancy().shared(), email.as_str()).await
    }

    /// Finds a user by email address, or creates one. An existing user keeps name and password. No session is opened.
    ///
    /// # Errors
    /// Database errors.
    pub async fn find_or_create_user(&self, new: SignUp) -> Result<user::Model> {
        if let Some(user) = self.find_user(&new.email).await? {
            return Ok(user);
        }
        let hash = self.passwords().hash(&new.password).await?;
        let shared = self.tenancy().shared();
        match create_user(shared, &new.email, &new.display_name, hash).await {
            // Another process created the user in the meantime.
            Err(Error::Conflict { .. }) => self
                .find_user(&new.email)
                .await?
                .ok_or_else(|| Error::internal("the address of a user is taken, and free")),
            created => created,
        }
    }

    /// Returns a user by id.
    ///
    /// # Errors
    /// `Unauthenticated` when the user does not exist; database errors.
    pub async fn get_user(&self, id: Uuid) -> Result<user::Model> {
        let user = user::Entity::find_by_id(id)
            .one(self.tenancy().shared())
            .await?;
        user.ok_or(Error::Unauthenticated(
            "The user of this session no longer exists.",
        ))
    }
}

pub(crate) async fn create_user(
    shared: &impl ConnectionTrait,
    email: &Email,
    display_name: &Name,
    password_hash: String,
) -> Result<user::Model> {
    let row = user::ActiveModel {
        id: Set(Uuid::now_v7()),
        email: Set(email.as_str().to_owned()),
        display_name: Set(display_name.as_str().to_owned()),
        password_hash: Set(password_hash),
        ..Default::default()
    };
    Ok(user::Entity::insert(row)
        .exec_with_returning(shared)
        .await?)
}

pub(crate) async fn find_user_by_email(
    shared: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<user::Model>> {
    Ok(user::Entity::find()
        .filter(user::Column::Email.eq(email))
        .one(shared)
        .await?)
}
