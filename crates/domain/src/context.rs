//! Who asks, and the only connection to the rows that they may ask for.

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

    /// The same context, which takes its connection once this gate opens.
    #[must_use]
    pub fn behind(self, gate: Arc<Gate>) -> Self {
        Self {
            db: self.db.behind(gate),
            ..self
        }
    }

    /// The time.
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

    /// The member who asks.
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

    /// The currency of the organization's books.
    ///
    /// # Errors
    /// `Internal` when the directory holds no currency.
    pub fn base_currency(&self) -> Result<Currency> {
        Currency::stored(self.access.tenant().base_currency())
    }

    /// Whether the member's role allows something.
    #[must_use]
    pub fn can(&self, permission: Permission) -> bool {
        permission.is_granted_to(self.role())
    }

    /// Goes on only if the member's role allows it.
    ///
    /// # Errors
    /// `Forbidden`, with what is not allowed.
    pub fn require(&self, permission: Permission) -> Result<()> {
        permission.require(self.role())
    }

    /// The request that this serves, as the log names it.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub(crate) fn db(&self) -> &TenantConnection {
        &self.db
    }

    /// Gives the connection back; nothing can be read after this.
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

    /// What happens, for those who wait for it; a write is told when it has committed.
    pub(crate) fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Keeps what the audit event is to say of the row as it was.
    pub(crate) fn note_before(&self, state: Before) {
        *self.before.lock() = Some(state);
    }

    /// Keeps the expense that the written row belongs to, for the audit event.
    pub(crate) fn note_parent(&self, parent: Parent) {
        *self.parent.lock().unwrap_or_else(PoisonError::into_inner) = Some(parent);
    }

    pub(crate) fn parent(&self) -> Option<Parent> {
        *self.parent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn before(&self) -> Option<Before> {
        self.before.lock().take()
    }

    /// Tells the directory of every server process, once this transaction commits.
    pub(crate) async fn announce(&self, change: DirectoryChange) -> Result<()> {
        change.announce(self.db()).await?;
        self.changes.lock().push(change);
        Ok(())
    }

    /// What was announced, for this process's own directory.
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
