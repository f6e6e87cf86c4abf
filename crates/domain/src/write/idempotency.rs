//! Idempotency keys: a repeated write is executed once, and the repeated request gets the first result.

use outlay_entity::tenant::{
    MemberId,
    idempotency_key::{ActiveModel, Column, Entity},
};
use outlay_tenancy::TenantConnection;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Command;
use crate::{Action, Error, Result, WriteContext, value::Code};

/// A key that a client chooses for one write and sends again when it repeats the request: 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses the input field `idempotencyKey`.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse(raw: &str) -> Result<Self> {
        Code::parse("idempotencyKey", raw).map(|code| Self(code.into()))
    }

    /// Parses an optional key.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse_optional(raw: Option<&str>) -> Result<Option<Self>> {
        raw.map(Self::parse).transpose()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Claims the key for this transaction. Returns the id of the earlier result if the write was already executed.
///
/// Waits for another request with the same key that is in progress.
pub(super) async fn claim<C: Command>(
    cx: &WriteContext,
    key: &IdempotencyKey,
    command: &C,
) -> Result<Option<Uuid>> {
    let (operation, hash) = (C::ACTION.as_str(), hash(command)?);
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
        return Err(other_input());
    }
    done.result_id.map(Some).ok_or_else(repeat)
}

/// Stores the id of the result, for repeated requests.
pub(super) async fn store_result(
    cx: &WriteContext,
    action: Action,
    key: &IdempotencyKey,
    result: Uuid,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ResultId, Expr::value(result))
        .filter(Column::MemberId.eq(cx.member_id()))
        .filter(Column::Operation.eq(action.as_str()))
        .filter(Column::Key.eq(key.0.as_str()))
        .exec(cx.db())
        .await?;
    Ok(())
}

/// Whether the member executed this write with this key, regardless of its input.
pub(crate) async fn is_done(
    db: &TenantConnection,
    member: MemberId,
    action: Action,
    key: &IdempotencyKey,
) -> Result<bool> {
    let id = (member, action.as_str().to_owned(), key.0.clone());
    Ok(Entity::find_by_id(id).one(db).await?.is_some())
}

/// Identifies an input: SHA-256 of its JSON, in which fields are ordered by their declaration. Secrets are not
/// serialized.
pub(super) fn hash(input: &impl Serialize) -> Result<Vec<u8>> {
    let json = serde_json::to_vec(input).map_err(Error::internal)?;
    Ok(Sha256::digest(json).to_vec())
}

pub(super) fn other_input() -> Error {
    Error::conflict(
        "idempotencyKey",
        "This key was used for another input; use a new key for a new write.",
    )
}

pub(super) fn repeat() -> Error {
    Error::conflict(
        "idempotencyKey",
        "The first request with this key is still in progress; try again later.",
    )
}
