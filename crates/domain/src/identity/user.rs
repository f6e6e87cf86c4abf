//! Users: sign-up, and the users that others look up.

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

/// Names the write among those of an idempotency key.
const SIGN_UP: &str = "user.sign_up";

/// A new user.
#[derive(Debug, Clone, Serialize)]
pub struct SignUp {
    /// The address to sign in with.
    pub email: Email,
    /// The password.
    #[serde(skip)]
    pub password: Password,
    /// The name that others will see.
    pub display_name: Name,
}

impl Outlay {
    /// Makes a user, signed in and bound to no organization yet; for a key that made the user of this address
    /// before, that one, and a new session. `network` is where the request comes from.
    ///
    /// # Errors
    /// `Conflict` when the address has an account, and neither key nor password show that it is of the same sign-up;
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

    /// The user of a sign-up that was done before, for whoever has the password.
    ///
    /// Invariant: without the password the answer is the same whatever the key, and takes as long.
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

    /// The user with this email address, if there is one.
    ///
    /// # Errors
    /// The database's own.
    pub async fn find_user(&self, email: &Email) -> Result<Option<user::Model>> {
        find_user_by_email(self.tenancy().shared(), email.as_str()).await
    }

    /// The user with this email address, created if there is none. An existing user keeps name and password. Opens no
    /// session.
    ///
    /// # Errors
    /// The database's own.
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

    /// A user by id.
    ///
    /// # Errors
    /// The database's own.
    pub async fn get_user(&self, id: Uuid) -> Result<user::Model> {
        let user = user::Entity::find_by_id(id)
            .one(self.tenancy().shared())
            .await?;
        user.ok_or(Error::Unauthenticated("The user of this session is gone."))
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
