//! What one request runs in.

use std::net::SocketAddr;

use axum::{extract::ConnectInfo, http::request::Parts};
use outlay_graphql::RequestContext;
use outlay_tenancy::TenantId;

use super::{
    error::Refusal,
    request_id::RequestId,
    request_log,
    tenant::{Identity, identify},
};
use crate::server::App;

/// Who asks, and what the operation runs in.
pub(super) struct Session {
    pub(super) tenant: Option<TenantId>,
    pub(super) context: RequestContext,
}

impl Session {
    /// Finds out who asks; whoever belongs to no organization here is counted by address.
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
        if tenant.is_none() {
            let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
            let peer = peer.map(|ConnectInfo(address)| address.ip());
            app.rates().take_address(peer, &parts.headers)?;
        }
        let outlay = app.outlay().clone();
        let context = RequestContext::new(outlay, caller, ended, access, named, id.0);
        Ok(Self { tenant, context })
    }

    /// For the next request of a batch.
    pub(super) fn another(&self) -> Self {
        Self {
            tenant: self.tenant,
            context: self.context.another(),
        }
    }
}
