//! A stream of server-sent events, read as a program reads it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Answer, Client};

/// How long an event may take that must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// An event stream under way; dropped, its connection is closed.
pub struct Events {
    response: reqwest::Response,
    read: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its data, as JSON where it is any.
    pub data: Value,
}

impl Client {
    /// Subscribes by an event stream of its own, and does not wait for anything.
    ///
    /// # Panics
    /// When the server does not answer with events.
    pub async fn listen(&self, document: &str, variables: Value) -> Events {
        let request = self.request(reqwest::Method::POST, "/graphql");
        let request = request.header("accept", "text/event-stream");
        let body = json!({ "query": document, "variables": variables });
        let response = request.json(&body).send().await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events::of(response)
    }
}

impl Events {
    /// The events that this response brings.
    #[must_use]
    pub fn of(response: reqwest::Response) -> Self {
        Self {
            response,
            read: String::new(),
        }
    }

    /// The next event; none when the stream has ended.
    ///
    /// # Panics
    /// When none comes.
    pub async fn next(&mut self) -> Option<Event> {
        let next = tokio::time::timeout(PATIENCE, self.wait());
        next.await.expect("an event in time")
    }

    /// The next event within a time; none when there was none.
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
                // Comments are signs of life.
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

    /// What the next event tells in `data` at this path.
    ///
    /// # Panics
    /// When there is none.
    pub async fn told(&mut self, field: &str) -> Value {
        let event = self.next().await.expect("an event");
        assert_eq!(event.name, "next", "{event:?}");
        let told = event.data["data"][field].clone();
        assert!(!told.is_null(), "{event:?}");
        told
    }

    /// The codes of the error that ends the stream.
    ///
    /// # Panics
    /// When it goes on.
    pub async fn ended(&mut self) -> Vec<String> {
        let event = self.next().await.expect("an event");
        let answer = Answer {
            status: 200,
            request_id: String::new(),
            body: event.data.clone(),
        };
        let codes = answer.errors();
        assert!(!codes.is_empty(), "it goes on: {event:?}");
        assert_eq!(self.next().await.expect("an event").name, "complete");
        assert_eq!(self.next().await, None);
        codes
    }
}
