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
    operation::{self, TenantResponse},
    reserved::CountedEvent,
};
use crate::http::{
    body::{self, Content},
    error::Rejection,
    media::{self, accepted},
    state::App,
    unsent::Share,
};

/// Executes one operation and sends its responses as `next` events, then `complete`.
pub(super) async fn respond(app: App, request: Request) -> Response {
    match try_respond(&app, request).await {
        Ok(response) => response,
        Err(rejection) => rejection.into_response(),
    }
}

async fn try_respond(app: &App, request: Request) -> Result<Response, Rejection> {
    let (parts, body) = request.into_parts();
    if Content::from_headers(&parts.headers)? == Content::Multipart {
        return Err(Rejection::invalid(
            "Uploads cannot be sent over an event stream. Send this request with Accept: application/json.",
        ));
    }
    let permit = app.streams().acquire_connection()?;
    let request = body::one(body, app.settings()).await?;
    let responses = operation::run(app.clone(), Arc::new(parts), request);
    let writing = app.clone();
    let events = responses.map(move |response| next(&writing, &response, media::write));
    let complete = (Event::default().event("complete").data(""), Share::NONE);
    let events = events.chain(stream::iter([complete]));
    Ok(send(
        app,
        events.map(move |event| {
            let _ = &permit;
            event
        }),
    ))
}

/// Returns a `next` event. `write` serializes the response within the limit of size.
pub(super) fn next(
    app: &App,
    response: &TenantResponse,
    write: impl Fn(&GraphqlResponse, usize) -> serde_json::Result<Vec<u8>>,
) -> CountedEvent {
    let event = Event::default().event("next");
    let event = match operation::cursor(&response.1) {
        Some(cursor) => event.id(cursor),
        None => event,
    };
    let (written, share) = operation::write(app, response, write);
    (event.data(String::from_utf8_lossy(&written.json)), share)
}

/// Sends events, with keep-alive comments between them, until the stream ends or the server stops.
pub(super) fn send(
    app: &App,
    events: impl Stream<Item = CountedEvent> + Send + 'static,
) -> Response {
    let closing = app.streams().closing().clone();
    // The next event is polled when the previous ones have been written to the socket, except for a part in its buffer.
    let mut sent = Share::NONE;
    let events = events
        .map(move |(event, share)| {
            drop(std::mem::replace(&mut sent, share));
            Ok::<_, Infallible>(event)
        })
        .take_until(closing.cancelled_owned());
    let keep_alive = KeepAlive::new().interval(app.settings().live.keep_alive);
    Sse::new(events).keep_alive(keep_alive).into_response()
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
    fn a_client_that_accepts_a_single_response_gets_one() {
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
