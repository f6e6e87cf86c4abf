//! `/graphql/stream`: graphql-sse in single connection mode, for clients that may open few connections.
//!
//! A client reserves a stream by PUT, opens it by GET, and starts operations by POST. Responses are sent on the stream.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response, sse::Event},
};
use futures::{StreamExt, future::abortable, stream};
use outlay_domain::ErrorCode;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    events::{self, wants_events},
    operation,
    reserved::{OpenStream, Reserved},
};
use crate::http::{
    body::{self, Content},
    error::Rejection,
    json,
    media::Body,
    state::App,
    unsent::Share,
};

/// The header with the token of a stream. `EventSource` cannot set headers and uses the parameter `token`.
const TOKEN: &str = "x-graphql-event-stream-token";

/// The number of events that are queued while the client reads slowly.
const QUEUE: usize = 16;

#[derive(Deserialize)]
pub(super) struct Parameters {
    token: Option<Uuid>,
    #[serde(rename = "operationId")]
    operation_id: Option<String>,
}

/// The data of an event, which names its operation.
#[derive(Serialize)]
struct EventData<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Body<'a>>,
}

fn token(headers: &HeaderMap, parameters: &Parameters) -> Option<Uuid> {
    let header = headers.get(TOKEN).and_then(|token| token.to_str().ok());
    header
        .and_then(|token| token.parse().ok())
        .or(parameters.token)
}

fn unknown() -> Rejection {
    Rejection::new(
        StatusCode::NOT_FOUND,
        ErrorCode::NotFound,
        "Unknown stream token. Reserve a stream by PUT.",
    )
}

fn conflict(message: &str) -> Rejection {
    Rejection::new(StatusCode::CONFLICT, ErrorCode::Conflict, message)
}

/// PUT: reserves a stream for an authenticated caller.
pub(super) async fn reserve(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match try_reserve(&app, &parts).await {
        Ok(token) => (StatusCode::CREATED, token.to_string()).into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

async fn try_reserve(app: &App, parts: &Parts) -> Result<Uuid, Rejection> {
    let caller = operation::authenticate(app, parts).await?.caller?;
    let permit = app.streams().acquire_connection()?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    let token = Uuid::new_v4();
    let reservations = &app.streams().reservations;
    let reserved = Reserved {
        caller,
        sender,
        receiver: Some((receiver, permit)),
        operations: HashMap::new(),
    };
    reservations.0.lock().insert(token, reserved);
    let (kept, timeout) = (reservations.0.clone(), app.settings().live.init_timeout);
    let closing = app.streams().closing().clone();
    tokio::spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(timeout) => {}
            () = closing.cancelled() => {}
        }
        let mut kept = kept.lock();
        let is_unused = kept.get(&token).is_some_and(|one| one.receiver.is_some());
        let unused = is_unused.then(|| kept.remove(&token));
        drop(kept);
        drop(unused);
    });
    Ok(token)
}

/// GET: opens a stream, once.
pub(super) async fn open(
    State(app): State<App>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    match try_open(&app, &parameters, &headers) {
        Ok(response) => response,
        Err(rejection) => rejection.into_response(),
    }
}

fn try_open(
    app: &App,
    parameters: &Parameters,
    headers: &HeaderMap,
) -> Result<Response, Rejection> {
    if !wants_events(headers) {
        return Err(Rejection::invalid(
            "Send this request with Accept: text/event-stream.",
        ));
    }
    let token = token(headers, parameters).ok_or_else(unknown)?;
    let reservations = &app.streams().reservations;
    let (receiver, permit) = {
        let mut reserved = reservations.0.lock();
        let reserved = reserved.get_mut(&token).ok_or_else(unknown)?;
        let receiver = reserved.receiver.take();
        receiver.ok_or_else(|| conflict("This stream is already open."))?
    };
    let open = OpenStream(reservations.0.clone(), token);
    let events = stream::unfold(
        (receiver, permit, open),
        async |(mut receiver, permit, open)| {
            let event = receiver.recv().await?;
            Some((event, (receiver, permit, open)))
        },
    );
    Ok(events::send(app, events))
}

/// POST: starts an operation, whose responses are sent on the stream. Without a token, they are the response of the POST.
pub(super) async fn execute(
    State(app): State<App>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Response {
    if token(request.headers(), &parameters).is_none() && wants_events(request.headers()) {
        return events::respond(app, request).await;
    }
    match try_execute(&app, &parameters, request).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

async fn try_execute(
    app: &App,
    parameters: &Parameters,
    request: Request,
) -> Result<(), Rejection> {
    let (parts, body) = request.into_parts();
    let token = token(&parts.headers, parameters).ok_or_else(unknown)?;
    if Content::from_headers(&parts.headers)? == Content::Multipart {
        return Err(Rejection::invalid(
            "Uploads cannot be sent over an event stream. Send this request to /graphql.",
        ));
    }
    let caller = operation::authenticate(app, &parts).await?.caller?;
    let request = body::one(body, app.settings()).await?;
    let id = match request.extensions.get("operationId") {
        Some(async_graphql::Value::String(id)) => id.clone(),
        _ => {
            return Err(Rejection::invalid(
                "The id of the operation is missing. Send it as extensions.operationId.",
            ));
        }
    };
    let limit = app.settings().live.max_operations_per_connection;
    let reservations = &app.streams().reservations;
    let mut all = reservations.0.lock();
    let reserved = all.get_mut(&token);
    let reserved = reserved.filter(|reserved| reserved.caller.session_id == caller.session_id);
    let reserved = reserved.ok_or_else(unknown)?;
    if reserved.operations.contains_key(&id) {
        return Err(conflict("An operation with this id is already running."));
    }
    if reserved.operations.len() >= limit {
        return Err(Rejection::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::LimitExceeded,
            format!(
                "This stream already has {limit} running operations, the maximum. Reserve another."
            ),
        ));
    }
    let responses = operation::run(app.clone(), Arc::new(parts), request);
    let (sender, name) = (reserved.sender.clone(), id.clone());
    let kept = reservations.0.clone();
    let writing = app.clone();
    let (forwarding, handle) = abortable(async move {
        let mut responses = responses;
        while let Some(response) = responses.next().await {
            let event = events::next(&writing, &response, |response, maximum| {
                let data = EventData {
                    id: &name,
                    payload: Some(Body::new(response)),
                };
                json::write(&data, maximum)
            });
            drop(response);
            if sender.send(event).await.is_err() {
                return;
            }
        }
        if let Some(reserved) = kept.lock().get_mut(&token) {
            reserved.operations.remove(&name);
        }
        let data = EventData {
            id: &name,
            payload: None,
        };
        if let Ok(event) = Event::default().event("complete").json_data(data) {
            let _ = sender.send((event, Share::NONE)).await;
        }
    });
    reserved.operations.insert(id, handle);
    drop(all);
    app.streams().tasks().spawn(forwarding);
    Ok(())
}

/// DELETE: stops an operation.
pub(super) async fn complete(
    State(app): State<App>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match try_complete(&app, &parameters, &parts).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(rejection) => rejection.into_response(),
    }
}

async fn try_complete(app: &App, parameters: &Parameters, parts: &Parts) -> Result<(), Rejection> {
    let token = token(&parts.headers, parameters).ok_or_else(unknown)?;
    let id = parameters.operation_id.as_deref();
    let id = id.ok_or_else(|| Rejection::invalid("The parameter operationId is missing."))?;
    let caller = operation::authenticate(app, parts).await?.caller?;
    let mut all = app.streams().reservations.0.lock();
    let reserved = all.get_mut(&token);
    let reserved = reserved.filter(|reserved| reserved.caller.session_id == caller.session_id);
    let operation = reserved.ok_or_else(unknown)?.operations.remove(id);
    drop(all);
    if let Some(operation) = operation {
        operation.abort();
    }
    Ok(())
}
