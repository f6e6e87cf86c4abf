//! A write that is asked for twice is done once: the second answer is the first one's.

use std::fmt::Debug;

use outlay_entity::tenant::idempotency_key::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Error, Result, WriteContext, value::Code};

/// A key that a client chooses for one write, and sends again when it repeats the request: 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the input's `idempotencyKey`.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse(raw: &str) -> Result<Self> {
        Code::parse("idempotencyKey", raw).map(|code| Self(code.into()))
    }
}

/// Claims the key for this transaction; the row that the write made, when it was done before.
///
/// Another request with the same key that is under way at this moment is waited for.
pub(super) async fn claim(
    cx: &WriteContext,
    operation: &str,
    key: &IdempotencyKey,
    command: &impl Debug,
) -> Result<Option<Uuid>> {
    let hash = Sha256::digest(format!("{command:?}")).to_vec();
    let row = ActiveModel {
        member_id: Set(cx.member_id()),
        operation: Set(operation.to_owned()),
        key: Set(key.0.clone()),
        request_hash: Set(hash.clone()),
        ..Default::default()
    };
    let nothing = OnConflict::new().do_nothing().to_owned();
    let claimed = Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(cx.db())
        .await?;
    if claimed > 0 {
        return Ok(None);
    }
    let id = (cx.member_id(), operation.to_owned(), key.0.clone());
    let done = Entity::find_by_id(id)
        .one(cx.db())
        .await?
        .ok_or_else(repeat)?;
    if done.request_hash != hash {
        let message = "This key was used for another input; choose a new one for a new write.";
        return Err(Error::conflict("idempotencyKey", message));
    }
    done.result_id.map(Some).ok_or_else(repeat)
}

/// Keeps what the write made, for the request that comes again.
pub(super) async fn settle(
    cx: &WriteContext,
    operation: &str,
    key: &IdempotencyKey,
    result: Uuid,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ResultId, Expr::value(result))
        .filter(Column::MemberId.eq(cx.member_id()))
        .filter(Column::Operation.eq(operation))
        .filter(Column::Key.eq(key.0.as_str()))
        .exec(cx.db())
        .await?;
    Ok(())
}

fn repeat() -> Error {
    Error::conflict(
        "idempotencyKey",
        "The first request of this key has not ended; send it again.",
    )
}
