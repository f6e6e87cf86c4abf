//! The row operations of commands: insert, lock, update and delete.

use outlay_entity::{Id, Versioned};
use sea_orm::{
    ActiveModelTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde::Serialize;

use super::{Command, Deleted};
use crate::{Action, Error, Result, WriteContext, noun::Noun, read};

/// Rejects a write if the caller has not read the newest version.
pub(crate) fn check_version(current: i32, seen: i32) -> Result<()> {
    if current == seen {
        return Ok(());
    }
    let message = format!(
        "It has changed in the meantime: you sent version {seen}, the current version is {current}. Read it again."
    );
    Err(Error::conflict("version", message))
}

/// Inserts a row with a new id.
pub(crate) async fn insert<N: Noun>(
    cx: &WriteContext,
    mut row: N::ActiveModel,
) -> Result<N::Model> {
    N::identify(&mut row, Id::generate());
    Ok(row.insert(cx.db()).await?)
}

/// Locks the row until the transaction ends. Rejects another version than the one that the caller has read.
pub(crate) async fn lock<N: Noun>(cx: &WriteContext, id: Id<N>, version: i32) -> Result<N::Model> {
    let row = lock_visible(cx, id).await?;
    check_version(N::version(&row).unwrap_or_default(), version)?;
    Ok(row)
}

/// Locks the row, regardless of its version.
pub(crate) async fn lock_visible<N: Noun>(cx: &WriteContext, id: Id<N>) -> Result<N::Model> {
    let absent = || Error::not_found(N::NAME, "id");
    let select = read::visible::<N>(cx).ok_or_else(absent)?;
    let own = Expr::col((N::default(), read::primary_key::<N>())).eq(id);
    let row = select.filter(own).lock_exclusive().one(cx.db()).await?;
    row.ok_or_else(absent)
}

/// Writes the columns that are set in `change` to the locked row `old`, and increments its version.
pub(crate) async fn update<N: Noun + Versioned>(
    cx: &WriteContext,
    old: &N::Model,
    mut change: N::ActiveModel,
) -> Result<N::Model> {
    let version = N::version(old).unwrap_or_default() + 1;
    N::stamp(&mut change, N::id(old), version, cx.now());
    Ok(change.update(cx.db()).await?)
}

/// A noun whose rows can be deleted as long as no other row references them.
pub trait Deletable: Noun {
    /// The action in the audit trail.
    const DELETE: Action;
}

/// Deletes a row that no other row references.
#[derive(Debug, Serialize)]
#[serde(bound = "")]
pub struct Delete<N> {
    /// The row.
    pub id: Id<N>,
    /// The version that the caller has read.
    pub version: i32,
}

impl<N: Deletable> Command for Delete<N> {
    type Output = Deleted<N>;
    const ACTION: Action = N::DELETE;

    async fn run(&self, cx: &WriteContext) -> Result<Deleted<N>> {
        let row = lock::<N>(cx, self.id, self.version).await?;
        delete::<N>(cx, &row).await
    }
}

/// Deletes a locked row, unless other rows reference it.
pub(crate) async fn delete<N: Noun>(cx: &WriteContext, row: &N::Model) -> Result<Deleted<N>> {
    let id = N::id(row);
    let own = Expr::col((N::default(), read::primary_key::<N>())).eq(id);
    match N::delete_many().filter(own).exec(cx.db()).await {
        Ok(_) => Ok(Deleted(id)),
        Err(error) => Err(Error::in_use(N::NAME, error)),
    }
}
