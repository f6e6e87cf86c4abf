//! Writes: each is one command in one transaction, with one audit event, and executed once for an idempotency key.

mod audit;
mod idempotency;
mod new_row;
mod once;
mod row;
mod subject;

use sea_orm::ActiveValue;
use serde::Serialize;

use crate::{Action, Context, Result, WriteContext};

pub(crate) use audit::{Before, Parent};
pub use idempotency::IdempotencyKey;
pub(crate) use idempotency::is_done;
pub use new_row::NewRow;
pub(crate) use once::Once;
pub use row::{Deletable, Delete};
pub(crate) use row::{check_version, delete, insert, lock, lock_visible, update};
pub use subject::{Deleted, Subject};

/// A write and its input.
///
/// Implementors define the write. [`Outlay::execute`](crate::Outlay::execute) adds the transaction, the audit event and
/// the idempotency key. The serialized command shows whether a repeated key has the same input.
pub trait Command: Serialize + Sync {
    /// The result, usually the written row.
    type Output: Subject;

    /// The action in the audit trail.
    const ACTION: Action;

    /// Whether the command changes a member and the shared directory together. Few commands do.
    const SHARED: bool = false;

    /// Checks that the caller's role allows the write. The default requires the permission to manage the noun. It runs
    /// before anything else, also for a repeated request.
    ///
    /// # Errors
    /// `Forbidden`.
    fn authorize(&self, cx: &Context) -> Result<()> {
        cx.require(Self::Output::MANAGE)
    }

    /// Validates the input and returns the row to insert, if the write may consist of that insert alone.
    ///
    /// # Errors
    /// The rule that the row violates.
    fn new_row(&self, _cx: &WriteContext) -> Result<Option<NewRow<Self::Output>>> {
        Ok(None)
    }

    /// Checks the rules and executes the write.
    fn run(&self, cx: &WriteContext) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The value to write; `None` leaves the column unchanged.
pub(crate) fn set<V: Into<sea_orm::Value>>(value: Option<impl Into<V>>) -> ActiveValue<V> {
    value.map_or(ActiveValue::NotSet, |value| ActiveValue::Set(value.into()))
}

/// The value to write to an optional column; `Some(None)` removes it.
pub(crate) fn set_optional<V>(value: Option<Option<impl Into<V>>>) -> ActiveValue<Option<V>>
where
    Option<V>: Into<sea_orm::Value>,
{
    value.map_or(ActiveValue::NotSet, |value| {
        ActiveValue::Set(value.map(Into::into))
    })
}

/// Executes a command in an open transaction: authorizes it, executes it at most once for its key, and records the
/// audit event.
pub(crate) async fn perform<C: Command>(
    cx: &WriteContext,
    command: &C,
    key: Option<&IdempotencyKey>,
) -> Result<C::Output> {
    command.authorize(cx)?;
    if let Some(key) = key {
        if let Some(id) = idempotency::claim(cx, key, command).await? {
            return C::Output::recall(cx, id).await;
        }
    } else if let Some(row) = new_row::insert_alone(cx, command).await? {
        return Ok(row);
    }
    let output = command.run(cx).await?;
    audit::record(cx, C::ACTION, &output).await?;
    if let Some(key) = key {
        idempotency::store_result(cx, C::ACTION, key, output.id()).await?;
    }
    Ok(output)
}
