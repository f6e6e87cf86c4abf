//! One operation of a connection that listens: who asks is found out anew for each.

use std::sync::Arc;

use async_graphql::{Pos, Request, Response};
use axum::http::request::Parts;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use outlay_domain::{Error, ErrorCode};
use outlay_graphql::{Execution, RequestContext};

use crate::{
    http::{
        error::Refusal,
        request_id::RequestId,
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
    let identity = match identify(&app, &parts).await {
        Ok(identity) => identity,
        Err(refusal) => return refused(refusal),
    };
    let Identity {
        caller,
        access,
        named,
    } = identity;
    let tenant = access.as_ref().ok().map(|access| access.tenant().id());
    let id = RequestId::of(&axum::http::HeaderMap::new());
    let context = RequestContext::new(app.outlay().clone(), caller, access, named, id.0);
    let limit = app.settings().request_timeout;
    let begun = tokio::time::timeout(limit, app.schema().begin(request, context));
    match begun.await {
        Ok(Execution::Once(response)) => stream::iter([*response]).boxed(),
        Ok(Execution::Many(responses)) => {
            let counted = tenant.map(|tenant| app.streams().subscription(tenant));
            match counted.transpose() {
                Ok(counted) => responses
                    .map(move |response| {
                        let _ = &counted;
                        response
                    })
                    .boxed(),
                Err(error) => refused(error.into()),
            }
        }
        Err(_) => refused(Refusal::new(
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::LimitExceeded,
            format!("The request took longer than {} s.", limit.as_secs_f32()),
        )),
    }
}

fn refused(refusal: Refusal) -> BoxStream<'static, Response> {
    stream::iter([Response::from_errors(vec![*refusal.error])]).boxed()
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

/// A response that says only why there is none.
pub(super) fn failure(error: &Error) -> Response {
    let mut error = outlay_graphql::problem(error).into_server_error(Pos::default());
    error.locations.clear();
    Response::from_errors(vec![error])
}
