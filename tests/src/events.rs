//! A client of server-sent events.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Answer, Client};

/// The time limit for an expected event.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open event stream. Dropping it closes its connection.
pub struct Events {
    response: reqwest::Response,
    read: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The name of the event.
    pub name: String,
    /// The id of the event; empty if it has none.
    pub id: String,
    /// The data of the event as JSON; null if it is not JSON.
    pub data: Value,
}

impl Client {
    /// Subscribes over a new event stream. Does not wait for an event.
    ///
    /// # Panics
    /// If the response is not an event stream.
    pub async fn listen(&self, document: &str, variables: Value) -> Events {
        let request = self.request(reqwest::Method::POST, "/graphql");
        let request = request.header("accept", "text/event-stream");
        let body = json!({ "query": document, "variables": variables });
        let response = request.json(&body).send().await.expect("a response");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events::of(response)
    }
}

impl Events {
    /// Reads events from a response.
    #[must_use]
    pub fn of(response: reqwest::Response) -> Self {
        Self {
            response,
            read: String::new(),
        }
    }

    /// Waits for the next event; `None` if the stream has ended.
    ///
    /// # Panics
    /// If no event is received in time.
    pub async fn next(&mut self) -> Option<Event> {
        let next = tokio::time::timeout(PATIENCE, self.wait());
        next.await.expect("an event in time")
    }

    /// Waits for the next event; `None` if none is received within this time, or the stream has ended.
    pub async fn within(&mut self, time: Duration) -> Option<Event> {
        tokio::time::timeout(time, self.wait()).await.ok()?
    }

    async fn wait(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                let field = |name: &str| {
                    let mut lines = event.lines();
                    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    line.map(|value| value.trim_start().to_owned())
                };
                // Comments are keep-alive signals and are skipped.
                let event = field("event").map(|name| Event {
                    name,
                    id: field("id").unwrap_or_default(),
                    data: field("data")
                        .and_then(|data| serde_json::from_str(&data).ok())
                        .unwrap_or_default(),
                });
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let bytes = self.response.chunk().await.ok()??;
            self.read += &String::from_utf8_lossy(&bytes);
        }
    }

    /// Waits for the next event and returns this field of its `data`.
    ///
    /// # Panics
    /// If there is no event, or its field is null.
    pub async fn told(&mut self, field: &str) -> Value {
        let event = self.next().await.expect("an event");
        assert_eq!(event.name, "next", "{event:?}");
        let value = event.data["data"][field].clone();
        assert!(!value.is_null(), "{event:?}");
        value
    }

    /// Waits for the error that ends the stream and returns its codes.
    ///
    /// # Panics
    /// If the stream does not end.
    pub async fn ended(&mut self) -> Vec<String> {
        let event = self.next().await.expect("an event");
        let answer = Answer {
            status: 200,
            request_id: String::new(),
            body: event.data.clone(),
        };
        let codes = answer.errors();
        assert!(!codes.is_empty(), "the stream did not end: {event:?}");
        assert_eq!(self.next().await.expect("an event").name, "complete");
        assert_eq!(self.next().await, None);
        codes
    }
}
