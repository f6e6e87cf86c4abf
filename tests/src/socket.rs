//! A WebSocket client of the protocol `graphql-transport-ws`.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, ClientRequestBuilder, Message},
};

use crate::Client;

/// The time limit for an expected message.
const PATIENCE: Duration = Duration::from_secs(15);

/// An open WebSocket. Dropping it closes its connection.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// A message from the server, or the end of the connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The server sent a message.
    Message(Value),
    /// The server closed the connection with this code.
    Closed(u16),
}

impl Client {
    /// Opens a WebSocket with this subprotocol and additional headers.
    ///
    /// # Errors
    /// The HTTP status, if the server rejects the connection.
    ///
    /// # Panics
    /// If there is no response.
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
            // The server accepted the connection without the requested subprotocol.
            Err(tungstenite::Error::Protocol(_)) => Err(101),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a WebSocket and initializes it with the client's token.
    ///
    /// # Panics
    /// If the server rejects the connection.
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
    /// Sends a text message.
    ///
    /// # Panics
    /// If it cannot be sent.
    pub async fn send(&mut self, text: &str) {
        let sent = self.0.send(Message::text(text)).await;
        sent.expect("a sent message");
    }

    /// Sends `connection_init`.
    pub async fn init(&mut self, payload: Value) {
        self.send(&json!({ "type": "connection_init", "payload": payload }).to_string())
            .await;
    }

    /// Sends `subscribe`, which starts an operation.
    pub async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.send(&json!({ "type": "subscribe", "id": id, "payload": payload }).to_string())
            .await;
    }

    /// Waits for the next message or the end of the connection. WebSocket pings are answered automatically.
    ///
    /// # Panics
    /// If neither happens in time.
    pub async fn next(&mut self) -> Said {
        let said = tokio::time::timeout(PATIENCE, self.wait()).await;
        said.expect("a message in time")
    }

    /// Waits for the next message or the end of the connection, without a time limit.
    ///
    /// # Panics
    /// If a message is not JSON.
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

    /// Waits for the next message, which must have this type and operation id, and returns its payload.
    ///
    /// # Panics
    /// If it is another message.
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
