//! The context that a request is executed in, and the rate limits that it is charged to.

use std::net::{IpAddr, SocketAddr};

use axum::{extract::ConnectInfo, http::request::Parts};
use outlay_graphql::{Prepared, RequestContext};
use outlay_tenancy::TenantId;

use super::{
    error::Rejection,
    rate::OperationPermit,
    request_id::RequestId,
    request_log,
    state::App,
    tenant::{Identity, identify},
};

/// The points of cost that count as one request of an address: the cost of signing in.
const REQUEST_COST: u64 = 50;

/// An authenticated or anonymous caller, and the context that its operation is executed in.
pub(super) struct Session {
    pub(super) tenant: Option<TenantId>,
    pub(super) context: RequestContext,
    network: Option<IpAddr>,
    /// The number of requests already charged to the address.
    paid: u64,
}

impl Session {
    /// Identifies the caller. A request outside any organization is charged to its address before its body is read.
    pub(super) async fn begin(app: &App, id: RequestId, parts: &Parts) -> Result<Self, Rejection> {
        let identity = identify(app, parts).await?;
        request_log::identified(&identity);
        let Identity {
            caller,
            ended,
            access,
            named,
        } = identity;
        let tenant = access.as_ref().ok().map(|access| access.tenant().id());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(address)| address.ip());
        let network = app.rates().network(peer, &parts.headers);
        let paid = u64::from(tenant.is_none());
        app.rates().take_address(network, paid)?;
        let outlay = app.outlay().clone();
        let context = RequestContext::new(outlay, caller, ended, access, named, id.0);
        Ok(Self {
            tenant,
            context: context.from_network(network),
            network,
            paid,
        })
    }

    /// Returns a session for the next request of a batch.
    pub(super) fn another(&self) -> Self {
        Self {
            tenant: self.tenant,
            context: self.context.another(),
            network: self.network,
            paid: 0,
        }
    }

    /// Charges the cost of an operation, and counts it as running in its organization.
    ///
    /// Invariant: every operation of every transport is charged here before it is executed. Operations of members are
    /// charged to their organization, so that the limit of an address does not apply to an office behind it. All others
    /// are charged to the address, and so is each operation that checks or sets a credential, whatever its token.
    pub(super) fn charge(
        &self,
        app: &App,
        prepared: &Prepared,
    ) -> Result<Option<OperationPermit>, Rejection> {
        if self.tenant.is_none() || prepared.checks_credential() {
            let requests = (prepared.cost() / REQUEST_COST).max(1);
            let due = requests.saturating_sub(self.paid);
            app.rates().take_address(self.network, due)?;
        }
        let permit = self
            .tenant
            .map(|tenant| app.rates().begin(tenant, prepared.cost()));
        permit.transpose()
    }
}
