//! `POST /graphql` for `text/event-stream`: graphql-sse in distinct connections mode.

use std::{convert::Infallible, sync::Arc};

use async_graphql::Response as GraphqlResponse;
use axum::{
    extract::Request,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};

use super::operation;
use crate::{
    http::{
        body::{self, Content},
        error::Refusal,
    },
    server::App,
};

/// Answers one operation by events: `next` for each response, `complete` at the end.
pub(super) async fn answer(app: App, request: Request) -> Response {
    match begin(&app, request).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

async fn begin(app: &App, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    if Content::of(&parts.headers)? == Content::Multipart {
        return Err(Refusal::invalid(
            "Files are uploaded without events: ask for JSON.",
        ));
    }
    let room = app.streams().connection()?;
    let request = body::one(body, app.settings()).await?;
    let responses = operation::run(app.clone(), Arc::new(parts), request);
    let events = responses.map(|response| next(&response));
    let events = events.chain(stream::iter([Event::default().event("complete").data("")]));
    Ok(respond(
        app,
        events.map(move |event| {
            let _ = &room;
            event
        }),
    ))
}

fn next(response: &GraphqlResponse) -> Event {
    let event = Event::default().event("next");
    let event = match operation::cursor(response) {
        Some(cursor) => event.id(cursor),
        None => event,
    };
    event.json_data(response).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Event::default().comment("an answer that cannot be written")
    })
}

/// Sends events until they end or the server does, with signs of life between them.
pub(super) fn respond(app: &App, events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let closing = app.streams().closing().clone();
    let events = events
        .map(Ok::<_, Infallible>)
        .take_until(closing.cancelled_owned());
    let alive = KeepAlive::new().interval(app.settings().live.keep_alive);
    Sse::new(events).keep_alive(alive).into_response()
}
