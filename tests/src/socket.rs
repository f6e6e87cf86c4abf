//! A WebSocket that speaks `graphql-transport-ws`, as a program uses it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, ClientRequestBuilder, Message},
};

use crate::Client;

/// How long a message may take that must come.
const PATIENCE: Duration = Duration::from_secs(15);

/// An open WebSocket; dropped, its connection is closed.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What the server did last.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// It sent a message.
    Message(Value),
    /// It closed the connection with this code.
    Closed(u16),
}

impl Client {
    /// Opens a WebSocket with this subprotocol and more headers; the status with which the server refuses it.
    ///
    /// # Errors
    /// The status of a refusal.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn socket(&self, protocol: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let url = format!("{}/graphql", self.url().replace("http", "ws"));
        let mut request = ClientRequestBuilder::new(url.parse().expect("a URL"));
        if !protocol.is_empty() {
            request = request.with_sub_protocol(protocol);
        }
        for (name, value) in headers {
            request = request.with_header(*name, *value);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            // It was let in without the subprotocol that it asked for.
            Err(tungstenite::Error::Protocol(_)) => Err(101),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a WebSocket and says who it is.
    ///
    /// # Panics
    /// When it is not let in.
    pub async fn connect(&self) -> Socket {
        let socket = self.socket("graphql-transport-ws", &[]).await;
        let mut socket = socket.expect("a connection");
        let token = self.token.clone().unwrap_or_default();
        socket
            .init(json!({ "Authorization": format!("Bearer {token}") }))
            .await;
        assert_eq!(
            socket.next().await,
            Said::Message(json!({ "type": "connection_ack" }))
        );
        socket
    }
}

impl Socket {
    /// Sends a text.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn send(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("it is sent");
    }

    /// Begins the protocol.
    pub async fn init(&mut self, payload: Value) {
        self.send(&json!({ "type": "connection_init", "payload": payload }).to_string())
            .await;
    }

    /// Begins an operation.
    pub async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.send(&json!({ "type": "subscribe", "id": id, "payload": payload }).to_string())
            .await;
    }

    /// What the server does next; pings of the transport are answered by themselves.
    ///
    /// # Panics
    /// When it does nothing.
    pub async fn next(&mut self) -> Said {
        let said = tokio::time::timeout(PATIENCE, self.wait()).await;
        said.expect("the server says something")
    }

    /// The same, however long it takes.
    ///
    /// # Panics
    /// When it sends what is not JSON.
    pub async fn wait(&mut self) -> Said {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Said::Message(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Close(frame))) => {
                    return Said::Closed(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Said::Closed(1006),
            }
        }
    }

    /// The next message, of this type and operation; its payload.
    ///
    /// # Panics
    /// When it is another.
    pub async fn heard(&mut self, kind: &str, id: &str) -> Value {
        match self.next().await {
            Said::Message(message) => {
                assert_eq!(
                    (&message["type"], &message["id"]),
                    (&json!(kind), &json!(id)),
                    "{message}"
                );
                message["payload"].clone()
            }
            Said::Closed(code) => panic!("closed with {code}"),
        }
    }
}
