//! Executes an operation of a streaming transport. The caller is authenticated anew for each operation.

use std::sync::Arc;

use async_graphql::{Request, Response};
use axum::http::{HeaderMap, request::Parts};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use outlay_domain::Error;
use outlay_graphql::Execution;
use outlay_tenancy::TenantId;

use crate::http::{
    error::Rejection,
    json::{self, Written},
    request_id::RequestId,
    session::Session,
    state::App,
    tenant::{Identity, identify},
    unsent::Share,
};

/// A response, and the organization of its caller.
pub(super) type TenantResponse = (Option<TenantId>, Response);

/// Executes a request on behalf of the caller in the headers. A query or mutation has one response, a subscription many.
pub(super) fn run(
    app: App,
    parts: Arc<Parts>,
    request: Request,
) -> BoxStream<'static, TenantResponse> {
    stream::once(begin(app, parts, request)).flatten().boxed()
}

/// Starts an operation within the time limit of a request. A started subscription may take longer.
async fn begin(
    app: App,
    parts: Arc<Parts>,
    request: Request,
) -> BoxStream<'static, TenantResponse> {
    let limit = app.settings().request_timeout;
    let responses = tokio::time::timeout(limit, execute(&app, &parts, request));
    responses
        .await
        .unwrap_or_else(|_| Err(Rejection::too_slow(limit)))
        .unwrap_or_else(rejected)
}

async fn execute(
    app: &App,
    parts: &Parts,
    request: Request,
) -> Result<BoxStream<'static, TenantResponse>, Rejection> {
    let id = RequestId::from_headers(&HeaderMap::new());
    let session = Session::begin(app, id, parts).await?;
    let tenant = session.tenant;
    let prepared = match app.schema().prepare(request) {
        Ok(prepared) => prepared,
        Err(rejected) => return Ok(stream::iter([(tenant, rejected)]).boxed()),
    };
    // A subscription counts as a running operation until it has started, and as a subscription from then on.
    let _permit = session.charge(app, &prepared)?;
    match app.schema().begin(prepared, session.context).await {
        Execution::Once(response) => Ok(stream::iter([(tenant, *response)]).boxed()),
        Execution::Many(responses) => {
            let permit = tenant.map(|tenant| app.streams().acquire_subscription(tenant));
            let permit = permit.transpose()?;
            let responses = responses.map(move |response| {
                let _ = &permit;
                (tenant, response)
            });
            Ok(responses.boxed())
        }
    }
}

fn rejected(rejection: Rejection) -> BoxStream<'static, TenantResponse> {
    stream::iter([(None, rejection.into_graphql())]).boxed()
}

/// Serializes a response within the limits of its size and of all unsent bytes. Hold the share until it has been sent.
pub(super) fn write(
    app: &App,
    (tenant, response): &TenantResponse,
    write: impl Fn(&Response, usize) -> serde_json::Result<Vec<u8>>,
) -> (Written, Share) {
    let written = json::response(response, app.settings().max_response_bytes, &write);
    match app.unsent().count(*tenant, written.json.len()) {
        Ok(share) => (written, share),
        Err(rejection) => {
            let rejected = json::response(&rejection.into_graphql(), usize::MAX, write);
            let written = Written {
                is_whole: false,
                ..rejected
            };
            (written, Share::NONE)
        }
    }
}

/// Identifies the caller, and rejects anonymous ones.
pub(super) async fn authenticate(app: &App, parts: &Parts) -> Result<Identity, Rejection> {
    let identity = identify(app, parts).await?;
    match &identity.caller {
        Ok(_) => Ok(identity),
        Err(Error::Unauthenticated(message)) => Err(Error::Unauthenticated(message).into()),
        Err(other) => Err(Error::internal(other.to_string()).into()),
    }
}

/// The cursor of the event in a response, if the document selects it.
pub(super) fn cursor(response: &Response) -> Option<&str> {
    let async_graphql::Value::Object(fields) = &response.data else {
        return None;
    };
    let async_graphql::Value::Object(event) = fields.values().next()? else {
        return None;
    };
    match event.get("cursor")? {
        async_graphql::Value::String(cursor) => Some(cursor),
        _ => None,
    }
}
