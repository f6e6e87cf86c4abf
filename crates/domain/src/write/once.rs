//! Idempotency keys of writes outside of organizations, which are not [`Command`](crate::Command)s.

use outlay_entity::shared::idempotency_key::{ActiveModel, Entity};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};
use serde::Serialize;
use uuid::Uuid;

use super::idempotency::{IdempotencyKey, hash, other_input, repeat};
use crate::Result;

/// A write to execute once: its owner, operation and key.
pub(crate) struct Once {
    owner: Uuid,
    operation: &'static str,
    key: IdempotencyKey,
    request_hash: Vec<u8>,
}

impl Once {
    pub(crate) fn new(
        owner: Uuid,
        operation: &'static str,
        key: &IdempotencyKey,
        input: &impl Serialize,
    ) -> Result<Self> {
        Ok(Self {
            owner,
            operation,
            key: key.clone(),
            request_hash: hash(input)?,
        })
    }

    /// Claims the key for this transaction, which creates `result`. Returns the id of the earlier result if the write
    /// was already executed.
    ///
    /// Waits for another request with the same key that is in progress.
    pub(crate) async fn claim(
        &self,
        db: &impl ConnectionTrait,
        result: Uuid,
    ) -> Result<Option<Uuid>> {
        let row = ActiveModel {
            owner_id: Set(self.owner),
            operation: Set(self.operation.to_owned()),
            key: Set(self.key.as_str().to_owned()),
            request_hash: Set(self.request_hash.clone()),
            result_id: Set(result),
            ..Default::default()
        };
        let nothing = OnConflict::new().do_nothing().to_owned();
        let claimed = Entity::insert(row)
            .on_conflict(nothing)
            .exec_without_returning(db)
            .await?;
        if claimed > 0 {
            return Ok(None);
        }
        self.find(db).await?.map(Some).ok_or_else(repeat)
    }

    /// The id of the earlier result, if the write was already executed.
    ///
    /// # Errors
    /// `Conflict` when it was executed with another input.
    pub(crate) async fn find(&self, db: &impl ConnectionTrait) -> Result<Option<Uuid>> {
        let id = (
            self.owner,
            self.operation.to_owned(),
            self.key.as_str().to_owned(),
        );
        match Entity::find_by_id(id).one(db).await? {
            Some(done) if done.request_hash != self.request_hash => Err(other_input()),
            done => Ok(done.map(|done| done.result_id)),
        }
    }
}
