//! The subject of a write.

use outlay_entity::{Id, Table};
use sea_orm::{
    FromQueryResult, ModelTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{Error, Result, WriteContext, noun::Noun, permission::Permission, read};

/// The result of a command, as the audit trail records it.
pub trait Subject: Sized + Send {
    /// The permission to manage such rows.
    const MANAGE: Permission;

    /// The id of the row.
    fn id(&self) -> Uuid;

    /// The id of the row that the audit event names.
    fn audited(&self) -> Uuid;

    /// Its version after the write; `None` if it has no version or was deleted.
    fn version(&self) -> Option<i32>;

    /// Its state after the write.
    fn state(&self) -> serde_json::Value;

    /// Reads the result of a command that was executed before, for a repeated request.
    ///
    /// # Errors
    /// `NotFound` when the row was deleted, or the caller is no longer allowed to see it.
    fn recall(cx: &WriteContext, id: Uuid) -> impl Future<Output = Result<Self>> + Send;
}

impl<M> Subject for M
where
    M: ModelTrait<Entity: Noun<Model = M>> + FromQueryResult + Send,
{
    const MANAGE: Permission = M::Entity::MANAGE;

    fn id(&self) -> Uuid {
        <M::Entity as Table>::id(self).uuid()
    }

    fn audited(&self) -> Uuid {
        M::Entity::audited(self)
    }

    fn version(&self) -> Option<i32> {
        <M::Entity as Table>::version(self)
    }

    fn state(&self) -> serde_json::Value {
        M::Entity::state(self)
    }

    async fn recall(cx: &WriteContext, id: Uuid) -> Result<Self> {
        let noun = M::Entity::NAME;
        let absent = || Error::NotFound { noun, field: None };
        let select = read::visible::<M::Entity>(cx).ok_or_else(absent)?;
        let own = Expr::col((M::Entity::default(), read::primary_key::<M::Entity>())).eq(id);
        select.filter(own).one(cx.db()).await?.ok_or_else(absent)
    }
}

/// A deleted row.
#[derive(Debug)]
pub struct Deleted<N>(pub Id<N>);

impl<N: Noun> Subject for Deleted<N> {
    const MANAGE: Permission = N::MANAGE;

    fn id(&self) -> Uuid {
        self.0.uuid()
    }

    fn audited(&self) -> Uuid {
        self.0.uuid()
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn state(&self) -> serde_json::Value {
        serde_json::json!({})
    }

    async fn recall(_: &WriteContext, id: Uuid) -> Result<Self> {
        Ok(Self(id.into()))
    }
}
