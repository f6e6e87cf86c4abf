//! A client of Outlay: sends the calls in [`calls`].

pub mod calls;

use cynic::{
    GraphQlResponse, Operation, StreamingOperation,
    http::{CynicReqwestError, ReqwestExt},
};
use graphql_ws_client::Subscription;
use reqwest::multipart::{Form, Part};
use serde::{Serialize, de::DeserializeOwned};
use tokio_tungstenite::tungstenite::{client::ClientRequestBuilder, http::Uri};

/// The reason a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server was not reached, or the response is not a GraphQL response.
    #[error(transparent)]
    Http(#[from] CynicReqwestError),
    /// The server rejected the call. `docs/api.md` lists the codes and how to handle each.
    #[error("{message} ({code})")]
    Rejected {
        /// The error code, such as `UNAUTHENTICATED`.
        code: String,
        /// The message for people.
        message: String,
    },
    /// The operation of an upload could not be serialized.
    #[error("the upload cannot be serialized: {0}")]
    Upload(#[from] serde_json::Error),
    /// The WebSocket could not be opened.
    #[error(transparent)]
    Connect(#[from] Box<tokio_tungstenite::tungstenite::Error>),
    /// The subscription protocol failed.
    #[error(transparent)]
    Subscribe(#[from] graphql_ws_client::Error),
}

/// The extensions of an error.
#[derive(Debug, serde::Deserialize)]
struct Extensions {
    code: String,
}

/// A client with an endpoint and, if signed in, an access token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// Creates a client of the endpoint at `url`, without an access token.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: url.into(),
            token: None,
        }
    }

    /// Returns a copy of this client with an access token.
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
    /// If the operation was not executed, or one of its fields has an error.
    pub async fn run<Q, V>(&self, operation: Operation<Q, V>) -> Result<Q, Error>
    where
        Q: DeserializeOwned + 'static,
        V: Serialize,
    {
        let response = self.request().run_graphql(operation);
        data(response.retain_extensions().await?)
    }

    /// Runs a mutation whose variable `input.file` is a file, as a GraphQL multipart request.
    ///
    /// # Errors
    /// Same as [`run`](Self::run).
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

    /// Starts a subscription over a new WebSocket, which is closed when the stream is dropped.
    ///
    /// # Errors
    /// If the server is not reached, or rejects the connection.
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

/// Returns the data of a response, or its first error.
fn data<Q>(response: GraphQlResponse<Q, Extensions>) -> Result<Q, Error> {
    let error = response.errors.into_iter().flatten().next();
    match (response.data, error) {
        (Some(data), None) => Ok(data),
        (_, error) => {
            let error = error.unwrap_or_else(|| {
                cynic::GraphQlError::new("a response without data".into(), None, None, None)
            });
            Err(Error::Rejected {
                code: error.extensions.map_or_else(String::new, |one| one.code),
                message: error.message,
            })
        }
    }
}
