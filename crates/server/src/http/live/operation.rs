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

use crate::{
    http::{
        error::Refusal,
        request_id::RequestId,
        session::Session,
        tenant::{Identity, identify},
    },
    server::App,
};

/// Executes a request for whom the headers name: one response, or as many as a subscription has.
pub(super) fn run(app: App, parts: Arc<Parts>, request: Request) -> BoxStream<'static, Response> {
    stream::once(begin(app, parts, request)).flatten().boxed()
}

/// Everything that is answered within the time of a request; a subscription then goes on.
async fn begin(app: App, parts: Arc<Parts>, request: Request) -> BoxStream<'static, Response> {
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
) -> Result<BoxStream<'static, Response>, Refusal> {
    let id = RequestId::of(&HeaderMap::new());
    let Session { tenant, context } = Session::begin(app, id, parts).await?;
    let prepared = match app.schema().prepare(request) {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(stream::iter([refused]).boxed()),
    };
    let running = tenant.map(|tenant| app.rates().begin(tenant, prepared.cost()));
    // A subscription is under way until it has begun; from then on it is counted as one.
    let _running = running.transpose()?;
    match app.schema().begin(prepared, context).await {
        Execution::Once(response) => Ok(stream::iter([*response]).boxed()),
        Execution::Many(responses) => {
            let counted = tenant.map(|tenant| app.streams().subscription(tenant));
            let counted = counted.transpose()?;
            let counted = responses.map(move |response| {
                let _ = &counted;
                response
            });
            Ok(counted.boxed())
        }
    }
}

fn refused(refusal: Refusal) -> BoxStream<'static, Response> {
    stream::iter([refusal.into_answer()]).boxed()
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
