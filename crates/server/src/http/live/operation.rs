//! One operation of a connection that listens: who asks is found out anew for each.

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
    error::Refusal,
    json::{self, Written},
    request_id::RequestId,
    session::Session,
    state::App,
    tenant::{Identity, identify},
    unsent::Share,
};

/// A response, and the organization that it is for.
pub(super) type Answered = (Option<TenantId>, Response);

/// Executes a request for whom the headers name: one response, or as many as a subscription has.
pub(super) fn run(app: App, parts: Arc<Parts>, request: Request) -> BoxStream<'static, Answered> {
    stream::once(begin(app, parts, request)).flatten().boxed()
}

/// Everything that is answered within the time of a request; a subscription then goes on.
async fn begin(app: App, parts: Arc<Parts>, request: Request) -> BoxStream<'static, Answered> {
    let limit = app.settings().request_timeout;
    let begun = tokio::time::timeout(limit, execute(&app, &parts, request));
    begun
        .await
        .unwrap_or_else(|_| Err(Refusal::too_slow(limit)))
        .unwrap_or_else(refused)
}

async fn execute(
    app: &App,
    parts: &Parts,
    request: Request,
) -> Result<BoxStream<'static, Answered>, Refusal> {
    let id = RequestId::of(&HeaderMap::new());
    let session = Session::begin(app, id, parts).await?;
    let tenant = session.tenant;
    let prepared = match app.schema().prepare(request) {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(stream::iter([(tenant, refused)]).boxed()),
    };
    // A subscription is under way until it has begun; from then on it is counted as one.
    let _running = session.charge(app, &prepared)?;
    match app.schema().begin(prepared, session.context).await {
        Execution::Once(response) => Ok(stream::iter([(tenant, *response)]).boxed()),
        Execution::Many(responses) => {
            let counted = tenant.map(|tenant| app.streams().subscription(tenant));
            let counted = counted.transpose()?;
            let counted = responses.map(move |response| {
                let _ = &counted;
                (tenant, response)
            });
            Ok(counted.boxed())
        }
    }
}

fn refused(refusal: Refusal) -> BoxStream<'static, Answered> {
    stream::iter([(None, refusal.into_answer())]).boxed()
}

/// Writes a response within the limits on its size and on all that wait to be read; the share is held until it is sent.
pub(super) fn write(
    app: &App,
    (tenant, response): &Answered,
    write: impl Fn(&Response, usize) -> serde_json::Result<Vec<u8>>,
) -> (Written, Share) {
    let written = json::response(response, app.settings().max_response_bytes, &write);
    match app.unsent().count(*tenant, written.json.len()) {
        Ok(share) => (written, share),
        Err(refusal) => {
            let refused = json::response(&refusal.into_answer(), usize::MAX, write);
            let written = Written {
                is_whole: false,
                ..refused
            };
            (written, Share::NONE)
        }
    }
}

/// Whether somebody is known by these headers, and may be let in.
pub(super) async fn known(app: &App, parts: &Parts) -> Result<Identity, Refusal> {
    let identity = identify(app, parts).await?;
    match &identity.caller {
        Ok(_) => Ok(identity),
        Err(Error::Unauthenticated(message)) => Err(Error::Unauthenticated(message).into()),
        Err(other) => Err(Error::internal(other.to_string()).into()),
    }
}

/// The cursor of the event that a response tells, where the document asks for it.
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
