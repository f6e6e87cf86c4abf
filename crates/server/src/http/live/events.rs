//! `POST /graphql` for `text/event-stream`: graphql-sse in distinct connections mode.

use std::{convert::Infallible, sync::Arc};

use async_graphql::Response as GraphqlResponse;
use axum::{
    extract::Request,
    http::HeaderMap,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};

use super::{
    operation::{self, Answered},
    reserved::Shared,
};
use crate::http::{
    body::{self, Content},
    error::Refusal,
    media::{self, accepted},
    state::App,
    unsent::Share,
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

/// Returns whether the client prefers events to a single response. On equal weights the single response wins.
pub(super) fn wants_events(headers: &HeaderMap) -> bool {
    let (mut events, mut one) = (0.0, 0.0);
    for (range, weight) in accepted(headers) {
        match range.to_ascii_lowercase().as_str() {
            "text/event-stream" => events = weight,
            "application/json" | "application/graphql-response+json" => one = weight.max(one),
            _ => {}
        }
    }
    events > one
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn a_client_that_takes_one_answer_gets_one() {
        for (accept, expected) in [
            ("", false),
            ("*/*", false),
            ("text/event-stream", true),
            ("Text/Event-Stream, */*", true),
            ("text/event-stream, multipart/mixed", true),
            ("application/json, text/event-stream", false),
            ("application/json;q=0.5, text/event-stream", true),
            ("text/event-stream;q=0", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(super::wants_events(&headers), expected, "{accept:?}");
        }
    }
}
