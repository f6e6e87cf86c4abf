//! `/graphql/stream`: graphql-sse in single connection mode, for clients that may open few connections.
//!
//! A client reserves a stream by PUT, listens to it by GET, and posts its operations, whose answers come on the stream.

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
    reserved::{Listening, Reserved},
};
use crate::http::{
    body::{self, Content},
    error::Refusal,
    json,
    media::Body,
    state::App,
    unsent::Share,
};

/// The header that names a stream; a page's `EventSource` names it by the parameter `token`.
const TOKEN: &str = "x-graphql-event-stream-token";

/// Events that wait until the client has read those before.
const WAITING: usize = 16;

#[derive(Deserialize)]
pub(super) struct Parameters {
    token: Option<Uuid>,
    #[serde(rename = "operationId")]
    operation_id: Option<String>,
}

/// The payload of an event that belongs to one operation of several.
#[derive(Serialize)]
struct Answer<'a> {
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

fn unknown() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        ErrorCode::NotFound,
        "There is no such stream: reserve one by PUT.",
    )
}

fn conflict(message: &str) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, ErrorCode::Conflict, message)
}

fn invalid(message: &str) -> Refusal {
    Refusal::invalid(message)
}

/// PUT: a stream for somebody who is signed in.
pub(super) async fn reserve(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match reserved(&app, &parts).await {
        Ok(token) => (StatusCode::CREATED, token.to_string()).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn reserved(app: &App, parts: &Parts) -> Result<Uuid, Refusal> {
    let caller = operation::known(app, parts).await?.caller?;
    let room = app.streams().connection()?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let token = Uuid::new_v4();
    let reservations = &app.streams().reservations;
    let reserved = Reserved {
        caller,
        sender,
        receiver: Some((receiver, room)),
        operations: HashMap::new(),
    };
    reservations.0.lock().insert(token, reserved);
    let (kept, patience) = (reservations.0.clone(), app.settings().live.init_timeout);
    let closing = app.streams().closing().clone();
    tokio::spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(patience) => {}
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

/// GET: listens to a stream, once.
pub(super) async fn listen(
    State(app): State<App>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    match listening(&app, &parameters, &headers) {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

fn listening(app: &App, parameters: &Parameters, headers: &HeaderMap) -> Result<Response, Refusal> {
    if !wants_events(headers) {
        return Err(invalid("Ask for text/event-stream."));
    }
    let token = token(headers, parameters).ok_or_else(unknown)?;
    let reservations = &app.streams().reservations;
    let (receiver, room) = {
        let mut reserved = reservations.0.lock();
        let reserved = reserved.get_mut(&token).ok_or_else(unknown)?;
        let receiver = reserved.receiver.take();
        receiver.ok_or_else(|| conflict("Somebody listens to this stream already."))?
    };
    let listening = Listening(reservations.0.clone(), token);
    let events = stream::unfold(
        (receiver, room, listening),
        async |(mut receiver, room, listening)| {
            let event = receiver.recv().await?;
            Some((event, (receiver, room, listening)))
        },
    );
    Ok(events::respond(app, events))
}

/// POST: begins an operation, whose answers come on the stream; without a stream, they come as the answer.
pub(super) async fn execute(
    State(app): State<App>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Response {
    if token(request.headers(), &parameters).is_none() && wants_events(request.headers()) {
        return events::answer(app, request).await;
    }
    match executing(&app, &parameters, request).await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn executing(app: &App, parameters: &Parameters, request: Request) -> Result<(), Refusal> {
    let (parts, body) = request.into_parts();
    let token = token(&parts.headers, parameters).ok_or_else(unknown)?;
    if Content::of(&parts.headers)? == Content::Multipart {
        return Err(invalid("Files are uploaded without events: ask for JSON."));
    }
    let caller = operation::known(app, &parts).await?.caller?;
    let request = body::one(body, app.settings()).await?;
    let id = match request.extensions.get("operationId") {
        Some(async_graphql::Value::String(id)) => id.clone(),
        _ => return Err(invalid("Name the operation in extensions.operationId.")),
    };
    let limit = app.settings().live.max_operations_per_connection;
    let reservations = &app.streams().reservations;
    let mut all = reservations.0.lock();
    let reserved = all.get_mut(&token);
    let reserved = reserved.filter(|reserved| reserved.caller.session_id == caller.session_id);
    let reserved = reserved.ok_or_else(unknown)?;
    if reserved.operations.contains_key(&id) {
        return Err(conflict("An operation of this id is under way."));
    }
    if reserved.operations.len() >= limit {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::LimitExceeded,
            format!("{limit} operations are under way on this stream; reserve another."),
        ));
    }
    let responses = operation::run(app.clone(), Arc::new(parts), request);
    let (sender, name) = (reserved.sender.clone(), id.clone());
    let kept = reservations.0.clone();
    let writing = app.clone();
    let (answering, handle) = abortable(async move {
        let mut responses = responses;
        while let Some(answered) = responses.next().await {
            let event = events::next(&writing, &answered, |response, maximum| {
                let answer = Answer {
                    id: &name,
                    payload: Some(Body::of(response)),
                };
                json::write(&answer, maximum)
            });
            drop(answered);
            if sender.send(event).await.is_err() {
                return;
            }
        }
        if let Some(reserved) = kept.lock().get_mut(&token) {
            reserved.operations.remove(&name);
        }
        let answer = Answer {
            id: &name,
            payload: None,
        };
        if let Ok(event) = Event::default().event("complete").json_data(answer) {
            let _ = sender.send((event, Share::NONE)).await;
        }
    });
    reserved.operations.insert(id, handle);
    drop(all);
    app.streams().tasks().spawn(answering);
    Ok(())
}

/// DELETE: ends an operation.
pub(super) async fn complete(
    State(app): State<App>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match completed(&app, &parameters, &parts).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn completed(app: &App, parameters: &Parameters, parts: &Parts) -> Result<(), Refusal> {
    let token = token(&parts.headers, parameters).ok_or_else(unknown)?;
    let id = parameters.operation_id.as_deref();
    let id = id.ok_or_else(|| invalid("Name the operation by the parameter operationId."))?;
    let caller = operation::known(app, parts).await?.caller?;
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
