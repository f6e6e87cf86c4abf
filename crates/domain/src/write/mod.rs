//! How everything is written: one command, one transaction, one audit event, once for an idempotency key.

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

/// One write, with all its input.
///
/// Implementors say what to do; the transaction, the audit event and the idempotency key are added by
/// [`Outlay::execute`](crate::Outlay::execute). The serialized command is what tells whether a repeated key comes with the
/// same input.
pub trait Command: Serialize + Sync {
    /// The result: usually the row written.
    type Output: Subject;

    /// The action, for the audit trail.
    const ACTION: Action;

    /// True for the few commands that change a member and the shared directory together.
    const SHARED: bool = false;

    /// Whether the caller's role allows it: to manage the noun, unless the command says otherwise. Checked before
    /// anything else, also for a repeated request.
    ///
    /// # Errors
    /// `Forbidden`.
    fn authorize(&self, cx: &Context) -> Result<()> {
        cx.require(Self::Output::MANAGE)
    }

    /// The row to insert, where that may be all that there is to do; its rules are checked.
    ///
    /// # Errors
    /// Why there may not be such a row.
    fn new_row(&self, _cx: &WriteContext) -> Result<Option<NewRow<Self::Output>>> {
        Ok(None)
    }

    /// Checks the rules and writes.
    fn run(&self, cx: &WriteContext) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The value to write; none leaves the column as it is.
pub(crate) fn set<V: Into<sea_orm::Value>>(value: Option<impl Into<V>>) -> ActiveValue<V> {
    value.map_or(ActiveValue::NotSet, |value| ActiveValue::Set(value.into()))
}

/// The same for a value that can be removed.
pub(crate) fn set_optional<V>(value: Option<Option<impl Into<V>>>) -> ActiveValue<Option<V>>
where
    Option<V>: Into<sea_orm::Value>,
{
    value.map_or(ActiveValue::NotSet, |value| {
        ActiveValue::Set(value.map(Into::into))
    })
}

/// Runs a command inside an open transaction: authorized, at most once for its key, and audited.
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
