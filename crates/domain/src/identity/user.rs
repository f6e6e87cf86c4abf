//! Users: sign-up, and the users that others look up.

use outlay_entity::shared::user;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::SessionTokens;
use crate::{
    Error, Outlay, Result,
    value::{Email, Name, Password},
};

/// A new user.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The address to sign in with.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The name that others will see.
    pub display_name: Name,
}

impl Outlay {
    /// Makes a user, signed in and bound to no organization yet.
    ///
    /// # Errors
    /// `Conflict` when the address has an account.
    pub async fn sign_up(&self, new: SignUp) -> Result<(user::Model, SessionTokens)> {
        let hash = self.passwords().hash(&new.password).await?;
        let user =
            create_user(self.tenancy().shared(), &new.email, &new.display_name, hash).await?;
        let session = self.open_session(user.id, None).await?;
        Ok((user, session))
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
