//! Sends a document to the server over each transport.

use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Client, Said};

/// A way to send an operation and to receive its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// POST with a JSON body.
    Post,
    /// GET with URL parameters; queries only.
    Get,
    /// POST with the hash of the document instead of its text.
    Persisted,
    /// A WebSocket with the protocol `graphql-transport-ws`.
    Socket,
    /// Server-sent events.
    Events,
}

impl Transport {
    /// The transports that support mutations.
    pub const WRITING: [Self; 4] = [Self::Post, Self::Persisted, Self::Socket, Self::Events];
    /// All transports.
    pub const ALL: [Self; 5] = [
        Self::Post,
        Self::Get,
        Self::Persisted,
        Self::Socket,
        Self::Events,
    ];

    /// Runs an operation and returns its response; for a subscription the first one.
    ///
    /// # Panics
    /// If there is no response.
    pub async fn run(self, client: &Client, document: &str, variables: Value) -> Value {
        match self {
            Self::Post => client.run(document, variables).await.body,
            Self::Get => {
                let variables = variables.to_string();
                let parameters = [("query", document), ("variables", &variables)];
                let url = reqwest::Url::parse_with_params("http://any/graphql", parameters);
                let url = url.expect("a URL");
                let path = format!("/graphql?{}", url.query().unwrap_or_default());
                sent(client.request(Method::GET, &path)).await
            }
            Self::Persisted => {
                let hash = hex::encode(Sha256::digest(document));
                let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
                let named = json!({ "variables": variables, "extensions": extensions });
                let post = |body: &Value| client.request(Method::POST, "/graphql").json(body);
                let response = sent(post(&named)).await;
                if response["errors"][0]["message"] != "PersistedQueryNotFound" {
                    return response;
                }
                let mut first = named;
                first["query"] = document.into();
                sent(post(&first)).await
            }
            Self::Socket => {
                let mut socket = client.connect().await;
                socket.subscribe("1", document, variables).await;
                let Said::Message(message) = socket.next().await else {
                    panic!("the connection is closed");
                };
                match message["type"].as_str() {
                    Some("error") => json!({ "errors": message["payload"] }),
                    _ => message["payload"].clone(),
                }
            }
            Self::Events => {
                let mut events = client.listen(document, variables).await;
                events.next().await.expect("an event").data
            }
        }
    }
}

async fn sent(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.expect("a response");
    response.json().await.expect("JSON")
}
