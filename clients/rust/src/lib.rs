//! A client of Outlay: the calls that it makes, and how they are sent.

pub mod calls;

use cynic::{
    GraphQlResponse, Operation, StreamingOperation,
    http::{CynicReqwestError, ReqwestExt},
};
use graphql_ws_client::Subscription;
use reqwest::multipart::{Form, Part};
use serde::{Serialize, de::DeserializeOwned};
use tokio_tungstenite::tungstenite::{client::ClientRequestBuilder, http::Uri};

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server was not reached, or what answered was no GraphQL server.
    #[error(transparent)]
    Http(#[from] CynicReqwestError),
    /// The server refused; `docs/api.md` lists the codes and what to do about each.
    #[error("{message} ({code})")]
    Refused {
        /// Such as `UNAUTHENTICATED`.
        code: String,
        /// For people.
        message: String,
    },
    /// A file that cannot be sent.
    #[error("the upload cannot be written: {0}")]
    Upload(#[from] serde_json::Error),
    /// The WebSocket was not opened.
    #[error(transparent)]
    Connect(#[from] Box<tokio_tungstenite::tungstenite::Error>),
    /// The WebSocket's own protocol went wrong.
    #[error(transparent)]
    Subscribe(#[from] graphql_ws_client::Error),
}

/// What an error of the answer says beside its message.
#[derive(Debug, serde::Deserialize)]
struct Extensions {
    code: String,
}

/// Somebody with an address, and perhaps an access token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// A client of the endpoint at `url`, signed in to nothing.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: url.into(),
            token: None,
        }
    }

    /// The same client with an access token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// Runs a query or a mutation.
    ///
    /// # Errors
    /// When it was not executed, or one of its fields was refused.
    pub async fn run<Q, V>(&self, operation: Operation<Q, V>) -> Result<Q, Error>
    where
        Q: DeserializeOwned + 'static,
        V: Serialize,
    {
        let answer = self.request().run_graphql(operation);
        data(answer.retain_extensions().await?)
    }

    /// Runs a mutation whose variable `input.file` is a file, by the GraphQL multipart request specification.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn upload<Q, V>(&self, operation: Operation<Q, V>, file: Part) -> Result<Q, Error>
    where
        Q: DeserializeOwned + 'static,
        V: Serialize,
    {
        let form = Form::new()
            .text("operations", serde_json::to_string(&operation)?)
            .text("map", r#"{"0": ["variables.input.file"]}"#)
            .part("0", file);
        let request = self.request().header("GraphQL-Require-Preflight", "1");
        let sent = async { request.multipart(form).send().await?.json().await };
        data(sent.await.map_err(CynicReqwestError::from)?)
    }

    /// Begins a subscription over a WebSocket of its own, which ends when the stream is dropped.
    ///
    /// # Errors
    /// When the server is not reached, or does not let the client in.
    pub async fn subscribe<Q, V>(
        &self,
        operation: StreamingOperation<Q, V>,
    ) -> Result<Subscription<StreamingOperation<Q, V>>, Error>
    where
        Q: DeserializeOwned + Send + Unpin + 'static,
        V: Serialize + Send + Unpin + 'static,
    {
        let url: Uri = self
            .url
            .replacen("http", "ws", 1)
            .parse()
            .map_err(|error| Box::new(tokio_tungstenite::tungstenite::Error::from(error)))?;
        let request = ClientRequestBuilder::new(url).with_sub_protocol("graphql-transport-ws");
        let (socket, _) = tokio_tungstenite::connect_async(request)
            .await
            .map_err(Box::new)?;
        let token = self.token.as_ref();
        let payload =
            token.map(|token| serde_json::json!({ "Authorization": format!("Bearer {token}") }));
        let client = graphql_ws_client::Client::build(socket).payload(payload)?;
        Ok(client.subscribe(operation).await?)
    }

    fn request(&self) -> reqwest::RequestBuilder {
        let request = self.http.post(&self.url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

/// The data of an answer without errors.
fn data<Q>(answer: GraphQlResponse<Q, Extensions>) -> Result<Q, Error> {
    let error = answer.errors.into_iter().flatten().next();
    match (answer.data, error) {
        (Some(data), None) => Ok(data),
        (_, error) => {
            let error = error.unwrap_or_else(|| {
                cynic::GraphQlError::new("an answer without data".into(), None, None, None)
            });
            Err(Error::Refused {
                code: error.extensions.map_or_else(String::new, |one| one.code),
                message: error.message,
            })
        }
    }
}
