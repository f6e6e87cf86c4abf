//! What a request carries through the schema: who asks, and the snapshot that answers.

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

/// One HTTP request: its caller, the organization that it is for, and the snapshot that it reads.
pub struct RequestContext {
    outlay: Arc<Outlay>,
    caller: Result<Caller>,
    ended: Option<Caller>,
    access: RwLock<Result<TenantAccess>>,
    /// What the payload of one mutation field reads, when that is another organization than the request's.
    adopted: RwLock<Option<TenantAccess>>,
    host: Option<Arc<Tenant>>,
    request_id: Arc<str>,
    network: Option<IpAddr>,
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    gate: Arc<Gate>,
}

impl RequestContext {
    /// A request of this caller. Why there is none, or no access, is told to those operations alone that need one;
    /// `ended` is the bearer of a session that has ended, and `host` the organization that host or header name, which
    /// sign-in takes as its default.
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

    /// The same caller's next request of a batch, with a snapshot of its own.
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

    /// The same request, from this network.
    #[must_use]
    pub fn from_network(self, network: Option<IpAddr>) -> Self {
        Self { network, ..self }
    }

    /// Where the request comes from, where that is known.
    pub(crate) fn network(&self) -> Option<IpAddr> {
        self.network
    }

    pub(crate) fn outlay(&self) -> &Outlay {
        &self.outlay
    }

    pub(crate) fn host(&self) -> Option<&Arc<Tenant>> {
        self.host.as_ref()
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> Result<&Caller> {
        self.caller.as_ref().map_err(Clone::clone)
    }

    /// Whose session has ended, by their own doing or not. They may ask whether they signed out, and nothing else.
    pub(crate) fn ended(&self) -> Option<&Caller> {
        self.ended.as_ref()
    }

    /// The organization that the caller is a verified member of: the one that the request writes to.
    ///
    /// # Errors
    /// Why there is none.
    pub fn access(&self) -> Result<TenantAccess> {
        self.access.read().clone()
    }

    /// The organization that is read here and now.
    pub(crate) fn readable(&self) -> Result<TenantAccess> {
        let adopted = self.adopted.read().clone();
        adopted.map_or_else(|| self.access(), Ok)
    }

    /// Lets the payload of this mutation field read an organization that the caller has just entered.
    ///
    /// Invariant: reads alone, and only until the next field begins; what that writes, it writes to the request's
    /// own organization.
    pub(crate) async fn adopt(&self, access: TenantAccess) {
        self.release().await;
        *self.adopted.write() = Some(access);
    }

    /// Looks again at what the caller is in the organization, after a write that may have changed it.
    async fn verify_again(&self) {
        let Ok(access) = self.access() else { return };
        self.release().await;
        let directory = self.outlay.tenancy().directory();
        let access = directory
            .access(access.tenant().id(), access.member().user_id)
            .await;
        *self.access.write() = access.map_err(Into::into);
    }

    /// Goes on only if the caller's role allows it; for work that is done before the transaction begins.
    pub(crate) fn require(&self, permission: Permission) -> Result<()> {
        permission.require(self.access()?.member().role)
    }

    /// The request's snapshot; taken at the first read.
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

    /// Gives back the snapshot's connection: before a write, so that no request ever holds two, and before the
    /// response is written. What is read after this is read from a fresh snapshot by fresh loaders.
    pub async fn release(&self) {
        self.adopted.write().take();
        let snapshot = self.snapshot.write().take();
        if let Some(snapshot) = snapshot {
            snapshot.cx().release().await;
        }
        self.gate.close();
    }

    /// Orders the connections that the operation takes.
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// Reads the shared schema for a field, before the operation's snapshot takes a connection.
    pub(crate) async fn read_shared<T>(&self, read: impl Future<Output = T>) -> T {
        self.gate.read_shared(read).await
    }

    /// Follows what happens in the organization.
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

    /// Does one write, in a transaction of its own.
    pub(crate) async fn write<C: Command>(
        &self,
        command: &C,
        key: Option<&str>,
    ) -> Result<C::Output> {
        let access = self.access()?;
        let key = IdempotencyKey::parse_optional(key)?;
        self.release().await;
        let request_id = Some(self.request_id.clone());
        // Boxed: a write takes kilobytes, which every future around it would have to reserve.
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

/// Short ways from a resolver's context to the request's.
pub(crate) trait ContextExt {
    /// The request.
    fn request(&self) -> &RequestContext;
    /// Its snapshot, or why there is none, as an error of the field.
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
