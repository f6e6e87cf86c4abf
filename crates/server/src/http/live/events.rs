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

use super::operation::{self, Answered};
use crate::{
    http::{
        body::{self, Content},
        error::Refusal,
        media,
        unsent::Share,
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
    let writing = app.clone();
    let events = responses.map(move |answered| next(&writing, &answered, media::write));
    let complete = (Event::default().event("complete").data(""), Share::NONE);
    let events = events.chain(stream::iter([complete]));
    Ok(respond(
        app,
        events.map(move |event| {
            let _ = &room;
            event
        }),
    ))
}

/// An event, and its share of what waits to be read.
pub(super) type Shared = (Event, Share);

/// An event with a response, whose data `write` writes within the limit.
pub(super) fn next(
    app: &App,
    answered: &Answered,
    write: impl Fn(&GraphqlResponse, usize) -> serde_json::Result<Vec<u8>>,
) -> Shared {
    let event = Event::default().event("next");
    let event = match operation::cursor(&answered.1) {
        Some(cursor) => event.id(cursor),
        None => event,
    };
    let (written, share) = operation::write(app, answered, write);
    (event.data(String::from_utf8_lossy(&written.json)), share)
}

/// Sends events until they end or the server does, with signs of life between them.
pub(super) fn respond(app: &App, events: impl Stream<Item = Shared> + Send + 'static) -> Response {
    let closing = app.streams().closing().clone();
    // An event is asked for once those before it are written to the socket, but for a part that fits its buffer.
    let mut sending = Share::NONE;
    let events = events
        .map(move |(event, share)| {
            drop(std::mem::replace(&mut sending, share));
            Ok::<_, Infallible>(event)
        })
        .take_until(closing.cancelled_owned());
    let alive = KeepAlive::new().interval(app.settings().live.keep_alive);
    Sse::new(events).keep_alive(alive).into_response()
}
