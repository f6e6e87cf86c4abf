//! Users as command lines make and find them.

use outlay_domain::{
    Error, Outlay, Result,
    entity::shared::user::{Column, Entity, Model},
    identity::SignUp,
    value::Email,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// The user of this address.
pub(crate) async fn find(outlay: &Outlay, email: &Email) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::Email.eq(email.as_str()))
        .one(outlay.tenancy().shared())
        .await?)
}

/// The user of this address, made when there is none; one who is there keeps name and password.
pub(crate) async fn ensure(outlay: &Outlay, new: SignUp) -> Result<Model> {
    if let Some(user) = find(outlay, &new.email).await? {
        return Ok(user);
    }
    let email = new.email.clone();
    match outlay.sign_up(new, None, None).await {
        Ok((user, _)) => Ok(user),
        // Somebody else made it at this moment.
        Err(Error::Conflict { .. }) => find(outlay, &email)
            .await?
            .ok_or_else(|| Error::internal("a user is there and is not")),
        Err(error) => Err(error),
    }
}
