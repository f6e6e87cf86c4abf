//! How everything is written: one command, one transaction, one audit event, once.

mod audit;
mod idempotency;
mod new_row;
mod once;

use std::fmt;

use outlay_entity::tenant;
use sea_orm::{ActiveValue, EntityTrait, PrimaryKeyTrait, QuerySelect};
use uuid::Uuid;

use crate::{Error, Result, WriteContext};

pub use idempotency::IdempotencyKey;
pub(crate) use idempotency::is_done;
pub use new_row::NewRow;
pub(crate) use once::Once;

/// One write, with everything that it needs to know.
///
/// Implementors say what to do; the transaction, the audit event and the idempotency key are the caller's,
/// [`Outlay::execute`](crate::Outlay::execute).
pub trait Command: fmt::Debug + Sync {
    /// What is given back: usually the row written.
    type Output: Subject;

    /// What it does, for the audit trail, such as `expense.approve`.
    const ACTION: &'static str;

    /// True for the few commands that change a member and the shared directory together.
    const SHARED: bool = false;

    /// The row to insert, where that may be all that there is to do; its rules are checked.
    ///
    /// # Errors
    /// Why there may not be such a row.
    fn new_row(&self, _cx: &WriteContext) -> Result<Option<NewRow<Self::Output>>> {
        Ok(None)
    }

    /// Checks the rules and writes.
    fn run(&self, cx: &WriteContext) -> impl Future<Output = Result<Self::Output>> + Send;

    /// What `run` gave back when it first ran, for a repeated request.
    fn recall(
        &self,
        cx: &WriteContext,
        id: Uuid,
    ) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// A row that was written, as the audit trail records it.
pub trait Subject: Send {
    /// The row.
    fn id(&self) -> Uuid;
    /// Its version after the write.
    fn version(&self) -> Option<i32>;
    /// Its state after the write.
    fn state(&self) -> serde_json::Value;
}

macro_rules! subjects {
    ($($table:ident),*) => {$(
        impl Subject for tenant::$table::Model {
            fn id(&self) -> Uuid {
                self.id
            }
            fn version(&self) -> Option<i32> {
                Some(self.version)
            }
            fn state(&self) -> serde_json::Value {
                serde_json::to_value(self).unwrap_or_default()
            }
        }
    )*};
}
subjects!(
    account, budget, category, department, expense, invitation, member
);

impl Subject for tenant::import::Model {
    fn id(&self) -> Uuid {
        self.id
    }
    fn version(&self) -> Option<i32> {
        None
    }
    fn state(&self) -> serde_json::Value {
        serde_json::json!({ "fileName": self.file_name, "status": self.status, "importedRows": self.imported_rows, "totalRows": self.total_rows })
    }
}

/// A row that is gone.
#[derive(Debug, Clone, Copy)]
pub struct Deleted(pub Uuid);

impl Subject for Deleted {
    fn id(&self) -> Uuid {
        self.0
    }
    fn version(&self) -> Option<i32> {
        None
    }
    fn state(&self) -> serde_json::Value {
        serde_json::json!({})
    }
}

/// Refuses a write of somebody who has not seen the newest version.
pub(crate) fn check_version(current: i32, seen: i32) -> Result<()> {
    if current == seen {
        return Ok(());
    }
    let message = format!(
        "It has changed since: this is of version {seen}, it is at {current}. Read it again."
    );
    Err(Error::conflict("version", message))
}

/// The row to be changed, locked until the transaction ends, at the version that the caller has seen.
pub(crate) async fn lock<E>(
    cx: &WriteContext,
    noun: &'static str,
    id: Uuid,
    version: i32,
) -> Result<E::Model>
where
    E: EntityTrait<PrimaryKey: PrimaryKeyTrait<ValueType = Uuid>, Model: Subject>,
{
    let row = E::find_by_id(id).lock_exclusive().one(cx.db()).await?;
    let row = row.ok_or(Error::not_found(noun, "id"))?;
    check_version(row.version().unwrap_or_default(), version)?;
    Ok(row)
}

/// Deletes a row that the caller has seen at its version. What refers to it keeps the database from doing so.
pub(crate) async fn delete<E>(
    cx: &WriteContext,
    noun: &'static str,
    id: Uuid,
    version: i32,
) -> Result<Deleted>
where
    E: EntityTrait<PrimaryKey: PrimaryKeyTrait<ValueType = Uuid>, Model: Subject>,
{
    lock::<E>(cx, noun, id, version).await?;
    E::delete_by_id(id).exec(cx.db()).await?;
    Ok(Deleted(id))
}

/// A row that a repeated request made or changed when it first came.
pub(crate) async fn recall<E>(cx: &WriteContext, noun: &'static str, id: Uuid) -> Result<E::Model>
where
    E: EntityTrait<PrimaryKey: PrimaryKeyTrait<ValueType = Uuid>>,
{
    E::find_by_id(id)
        .one(cx.db())
        .await?
        .ok_or(Error::NotFound { noun, field: None })
}

/// The value to write, or none for what stays as it is.
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

/// Runs a command inside an open transaction: at most once for its key, and on the record.
pub(crate) async fn perform<C: Command>(
    cx: &WriteContext,
    command: &C,
    key: Option<&IdempotencyKey>,
) -> Result<C::Output> {
    if let Some(key) = key {
        if let Some(id) = idempotency::claim(cx, C::ACTION, key, command).await? {
            return command.recall(cx, id).await;
        }
    } else if let Some(row) = new_row::insert_alone(cx, command).await? {
        return Ok(row);
    }
    let output = command.run(cx).await?;
    audit::record(cx, C::ACTION, &output).await?;
    if let Some(key) = key {
        idempotency::settle(cx, C::ACTION, key, output.id()).await?;
    }
    Ok(output)
}
