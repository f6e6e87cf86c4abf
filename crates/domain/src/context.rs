//! The verified caller of a use case, with the connection to the rows of the caller's organization.

use std::{ops::Deref, sync::Arc};

use chrono::{DateTime, Utc};
use outlay_entity::tenant::{DepartmentId, MemberId, Role};
use outlay_tenancy::{DirectoryChange, Gate, Signals, TenantAccess, TenantConnection};
use parking_lot::Mutex;

use crate::{
    Clock, Result,
    permission::Permission,
    read::Shapes,
    value::Currency,
    write::{Before, Parent},
};

/// A verified member, and a transaction in the member's organization.
#[derive(Debug)]
pub struct Context {
    access: TenantAccess,
    db: TenantConnection,
    request_id: Option<Arc<str>>,
    clock: Clock,
    shapes: Arc<Shapes>,
}

impl Context {
    pub(crate) fn new(
        access: TenantAccess,
        db: TenantConnection,
        request_id: Option<Arc<str>>,
        clock: Clock,
        shapes: Arc<Shapes>,
    ) -> Self {
        Self {
            access,
            db,
            request_id,
            clock,
            shapes,
        }
    }

    /// Returns this context, changed to wait for `gate` before it takes a connection.
    #[must_use]
    pub fn behind(self, gate: Arc<Gate>) -> Self {
        Self {
            db: self.db.behind(gate),
            ..self
        }
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The statements that reads may use.
    pub(crate) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The organization and the member.
    #[must_use]
    pub fn access(&self) -> &TenantAccess {
        &self.access
    }

    /// The id of the calling member.
    #[must_use]
    pub fn member_id(&self) -> MemberId {
        self.access.member().member_id
    }

    /// The member's role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.access.member().role
    }

    /// The member's department.
    #[must_use]
    pub fn department_id(&self) -> Option<DepartmentId> {
        self.access.member().department_id
    }

    /// The base currency of the organization.
    ///
    /// # Errors
    /// `Internal` when the directory has no valid currency.
    pub fn base_currency(&self) -> Result<Currency> {
        Currency::stored(self.access.tenant().base_currency())
    }

    /// Whether the member's role grants a permission.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        permission.is_granted_to(self.role())
    }

    /// Requires a permission.
    ///
    /// # Errors
    /// `Forbidden`, naming what is not allowed, when the member's role does not grant it.
    pub fn require(&self, permission: Permission) -> Result<()> {
        permission.require(self.role())
    }

    /// The id of the request, as it appears in the log.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub(crate) fn db(&self) -> &TenantConnection {
        &self.db
    }

    /// Returns the connection to the pool. No reads are possible after this.
    pub async fn release(&self) {
        self.db.release().await;
    }
}

/// A [`Context`] whose transaction may write; only [`Outlay::execute`](crate::Outlay::execute) opens and ends one.
pub struct WriteContext {
    context: Context,
    changes: Mutex<Vec<DirectoryChange>>,
    before: Mutex<Option<Before>>,
    parent: Mutex<Option<Parent>>,
    signals: Arc<Signals>,
}

impl WriteContext {
    pub(crate) fn new(context: Context, signals: Arc<Signals>) -> Self {
        Self {
            context,
            changes: Mutex::new(Vec::new()),
            before: Mutex::new(None),
            parent: Mutex::new(None),
            signals,
        }
    }

    /// Signals, to publish progress before the commit. The event of a write is published after the commit.
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Records the state of the row before the write, for the audit event.
    pub(crate) fn note_before(&self, state: Before) {
        *self.before.lock() = Some(state);
    }

    /// Keeps the expense that the written row belongs to, for the audit event.
    pub(crate) fn note_parent(&self, parent: Parent) {
        *self.parent.lock() = Some(parent);
    }

    pub(crate) fn parent(&self) -> Option<Parent> {
        *self.parent.lock()
    }

    pub(crate) fn before(&self) -> Option<Before> {
        self.before.lock().take()
    }

    /// Notifies the directories of all server processes when this transaction commits.
    pub(crate) async fn announce(&self, change: DirectoryChange) -> Result<()> {
        change.announce(self.db()).await?;
        self.changes.lock().push(change);
        Ok(())
    }

    /// The announced changes, to invalidate in this process's own directory.
    pub(crate) fn into_changes(self) -> Vec<DirectoryChange> {
        self.changes.into_inner()
    }
}

impl Deref for WriteContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}
