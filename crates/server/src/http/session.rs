//! What one request runs in, and who pays for it.

use std::net::{IpAddr, SocketAddr};

use axum::{extract::ConnectInfo, http::request::Parts};
use outlay_graphql::{Prepared, RequestContext};
use outlay_tenancy::TenantId;

use super::{
    error::Refusal,
    rate::Running,
    request_id::RequestId,
    request_log,
    state::App,
    tenant::{Identity, identify},
};

/// Points of cost that count as one request of an address: what signing in costs.
const REQUEST: u64 = 50;

/// The caller, and what the operation runs in.
pub(super) struct Session {
    pub(super) tenant: Option<TenantId>,
    pub(super) context: RequestContext,
    network: Option<IpAddr>,
    /// Requests that the address has paid for already.
    paid: u64,
}

impl Session {
    /// Identifies the caller. Outside any organization the address pays for one request, before its body is read.
    pub(super) async fn begin(app: &App, id: RequestId, parts: &Parts) -> Result<Self, Refusal> {
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

    /// For the next request of a batch.
    pub(super) fn another(&self) -> Self {
        Self {
            tenant: self.tenant,
            context: self.context.another(),
            network: self.network,
            paid: 0,
        }
    }

    /// Takes what an operation costs, and counts it as under way in its organization.
    ///
    /// Invariant: every operation of every transport passes here before it runs. The organization pays for what its
    /// members do, so that an office behind one address is not limited by it; the address pays for everything else,
    /// and for each operation that checks or sets a credential, whatever token comes with it.
    pub(super) fn charge(
        &self,
        app: &App,
        prepared: &Prepared,
    ) -> Result<Option<Running>, Refusal> {
        if self.tenant.is_none() || prepared.checks_credential() {
            let requests = (prepared.cost() / REQUEST).max(1);
            let due = requests.saturating_sub(self.paid);
            app.rates().take_address(self.network, due)?;
        }
        let running = self
            .tenant
            .map(|tenant| app.rates().begin(tenant, prepared.cost()));
        running.transpose()
    }
}
