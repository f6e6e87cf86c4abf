//! The context of a request: its caller, its organization, and the snapshot that it reads.

use std::{net::IpAddr, sync::Arc};

use async_graphql::Context as GraphqlContext;
use outlay_domain::{
    Command, IdempotencyKey, Outlay, Result,
    identity::Caller,
    live::{Interest, Subscription},
    permission::Permission,
    tenancy::{Gate, Tenant, TenantAccess},
};
use parking_lot::RwLock;

use crate::{error::problem, noun::Snapshot};

/// The context of one GraphQL request: its caller, its organization, and the snapshot that it reads.
pub struct RequestContext {
    outlay: Arc<Outlay>,
    caller: Result<Caller>,
    ended: Option<Caller>,
    access: RwLock<Result<TenantAccess>>,
    /// The organization that the payload of the current mutation field reads, when it is not the request's organization.
    adopted: RwLock<Option<TenantAccess>>,
    host: Option<Arc<Tenant>>,
    request_id: Arc<str>,
    network: Option<IpAddr>,
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    gate: Arc<Gate>,
}

impl RequestContext {
    /// Creates the context of a request. An error in `caller` or `access` is returned only by the fields that require
    /// them. `ended` is the caller of a session that has ended. `host` is the organization that the host or the header
    /// `X-Organization` names, which is the default of `signIn`.
    #[must_use]
    pub fn new(
        outlay: Arc<Outlay>,
        caller: Result<Caller>,
        ended: Option<Caller>,
        access: Result<TenantAccess>,
        host: Option<Arc<Tenant>>,
        request_id: Arc<str>,
    ) -> Self {
        let (access, adopted) = (RwLock::new(access), RwLock::new(None));
        Self {
            outlay,
            caller,
            ended,
            access,
            adopted,
            host,
            request_id,
            network: None,
            snapshot: RwLock::new(None),
            gate: Arc::default(),
        }
    }

    /// The context of the next request of a batch: the same caller, with its own snapshot.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::new(
            self.outlay.clone(),
            self.caller.clone(),
            self.ended,
            self.access(),
            self.host.clone(),
            self.request_id.clone(),
        )
        .from_network(self.network)
    }

    /// Sets the client's network.
    #[must_use]
    pub fn from_network(self, network: Option<IpAddr>) -> Self {
        Self { network, ..self }
    }

    /// The client's network; `None` when it is unknown.
    pub(crate) fn network(&self) -> Option<IpAddr> {
        self.network
    }

    pub(crate) fn outlay(&self) -> &Outlay {
        &self.outlay
    }

    pub(crate) fn host(&self) -> Option<&Arc<Tenant>> {
        self.host.as_ref()
    }

    /// The authenticated user.
    pub(crate) fn caller(&self) -> Result<&Caller> {
        self.caller.as_ref().map_err(Clone::clone)
    }

    /// The user of a session that has ended, for any reason. It only serves to answer a repeated `signOut`.
    pub(crate) fn ended(&self) -> Option<&Caller> {
        self.ended.as_ref()
    }

    /// The organization of the request, and the caller's verified membership of it. All writes go to this organization.
    ///
    /// # Errors
    /// `Unauthenticated`, `TenantRequired` or another reason why the caller has no access.
    pub fn access(&self) -> Result<TenantAccess> {
        self.access.read().clone()
    }

    /// The organization that is currently read: the adopted one, else that of the request.
    pub(crate) fn readable(&self) -> Result<TenantAccess> {
        let adopted = self.adopted.read().clone();
        adopted.map_or_else(|| self.access(), Ok)
    }

    /// Lets the payload of this mutation field read an organization that the caller has just joined.
    ///
    /// Invariant: it applies only to reads, and only until the next mutation field starts. Writes always go to the
    /// organization of the request.
    pub(crate) async fn adopt(&self, access: TenantAccess) {
        self.release().await;
        *self.adopted.write() = Some(access);
    }

    /// Reloads the caller's membership, after a write that may have changed it.
    async fn verify_again(&self) {
        let Ok(access) = self.access() else { return };
        self.release().await;
        let directory = self.outlay.tenancy().directory();
        let access = directory
            .access(access.tenant().id(), access.member().user_id)
            .await;
        *self.access.write() = access.map_err(Into::into);
    }

    /// Checks a permission of the caller, for work before the transaction begins.
    ///
    /// # Errors
    /// `Forbidden` when the caller's role does not grant it.
    pub(crate) fn require(&self, permission: Permission) -> Result<()> {
        permission.require(self.access()?.member().role)
    }

    /// The request's snapshot, which is created at the first read.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        if let Some(snapshot) = &*self.snapshot.read() {
            return Ok(snapshot.clone());
        }
        let access = self.readable()?;
        let mut place = self.snapshot.write();
        let snapshot = place.get_or_insert_with(|| {
            Arc::new(Snapshot::new(
                self.outlay
                    .read(&access, Some(self.request_id.clone()))
                    .behind(self.gate.clone()),
            ))
        });
        Ok(snapshot.clone())
    }

    /// Releases the snapshot's connection: before a write, so that no request ever holds two connections, and before the
    /// response is sent. Later reads use a new snapshot and new loaders.
    pub async fn release(&self) {
        self.adopted.write().take();
        let snapshot = self.snapshot.write().take();
        if let Some(snapshot) = snapshot {
            snapshot.cx().release().await;
        }
        self.gate.close();
    }

    /// The gate that orders the connections of the operation.
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// Reads from the shared schema, before the snapshot of the operation acquires a connection.
    pub(crate) async fn read_shared<T>(&self, read: impl Future<Output = T>) -> T {
        self.gate.read_shared(read).await
    }

    /// Subscribes to events of the organization.
    pub(crate) async fn subscribe(
        &self,
        interest: Interest,
        after: Option<&str>,
    ) -> Result<Subscription> {
        let (caller, access) = (self.caller()?, self.access()?);
        self.outlay
            .subscribe(caller, &access, interest, after)
            .await
    }

    /// Executes one write in its own transaction.
    pub(crate) async fn write<C: Command>(
        &self,
        command: &C,
        key: Option<&str>,
    ) -> Result<C::Output> {
        let access = self.access()?;
        let key = IdempotencyKey::parse_optional(key)?;
        self.release().await;
        let request_id = Some(self.request_id.clone());
        // Boxed: the future of a write takes kilobytes, which every enclosing future would include.
        let written = self
            .outlay
            .execute(&access, request_id, command, key.as_ref());
        let written = Box::pin(written).await?;
        if C::SHARED {
            self.verify_again().await;
        }
        Ok(written)
    }
}

/// Access from a resolver's context to the request's context.
pub(crate) trait ContextExt {
    /// The request's context.
    fn request(&self) -> &RequestContext;
    /// The request's snapshot, or an error of the field.
    fn snapshot(&self) -> async_graphql::Result<Arc<Snapshot>>;
}

impl ContextExt for GraphqlContext<'_> {
    fn request(&self) -> &RequestContext {
        self.data_unchecked::<Arc<RequestContext>>()
    }

    fn snapshot(&self) -> async_graphql::Result<Arc<Snapshot>> {
        self.request().snapshot().map_err(|error| problem(&error))
    }
}
