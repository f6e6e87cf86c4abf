//! A GraphQL request out of the body of an HTTP request.

use std::{sync::Arc, time::Duration};

use async_graphql::{Extensions, Request, Variables, value};
use axum::{
    body::{Body, BodyDataStream, to_bytes},
    http::{HeaderMap, StatusCode, header},
};
use futures::{StreamExt, stream};
use outlay_domain::ErrorCode;
use outlay_graphql::PERSISTED_QUERY;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::time::timeout;

use super::{error::Refusal, settings::HttpSettings};

/// What a body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A request.
    Json,
    /// A request with files.
    Multipart,
}

impl Content {
    /// What `Content-Type` says.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let value = headers.get(header::CONTENT_TYPE);
        let value = value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = value.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/json") {
            check_charset(value)?;
            return Ok(Self::Json);
        }
        if essence.eq_ignore_ascii_case("multipart/form-data") {
            return Ok(Self::Multipart);
        }
        Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::Invalid,
            "Send a request as application/json, or as multipart/form-data when it has files.",
        ))
    }
}

/// JSON between systems is UTF-8 (RFC 8259, section 8.1).
fn check_charset(content_type: &str) -> Result<(), Refusal> {
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches('"'))
    });
    if charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8")) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::Invalid,
        "Send JSON in UTF-8.",
    ))
}

/// What a body asks for.
pub(super) enum Requests {
    One(Box<Request>),
    /// Several, answered in their order, each by itself.
    Batch(Vec<Request>),
}

/// The parameters of a request; any may be null or absent, but a document must be given or named.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    pub(super) query: Option<String>,
    /// Names a persisted document: `sha256:` and its hash, or the id that the operator's list has for it.
    pub(super) document_id: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Option<Variables>,
    pub(super) extensions: Option<Extensions>,
}

impl Parameters {
    pub(super) fn request(self) -> Result<Request, Refusal> {
        let mut extensions = self.extensions.unwrap_or_default();
        if let Some(id) = self.document_id {
            let hash = id.strip_prefix("sha256:").unwrap_or(&id);
            let named = value!({ "version": 1, "sha256Hash": hash });
            extensions.insert(PERSISTED_QUERY.to_owned(), named);
        }
        let query = self.query.filter(|query| !query.trim().is_empty());
        if query.is_none() && !extensions.contains_key(PERSISTED_QUERY) {
            return Err(Refusal::invalid("The parameter query is missing."));
        }
        let mut request = Request::new(query.unwrap_or_default());
        request.variables = self.variables.unwrap_or_default();
        // An empty name is the same as none (GraphQL over HTTP, "Request Parameters").
        request.operation_name = self.operation_name.filter(|name| !name.is_empty());
        request.extensions = extensions;
        Ok(request)
    }
}

/// Reads a body of JSON.
pub(super) async fn json(body: Body, settings: &HttpSettings) -> Result<Requests, Refusal> {
    let limit = settings.max_body_bytes;
    let bytes = to_bytes(body, limit)
        .await
        .map_err(|error| unreadable(&error, limit))?;
    if !is_batch(&bytes) {
        return parse(&bytes).map(|request| Requests::One(Box::new(request)));
    }
    if settings.max_batch == 0 {
        return Err(Refusal::invalid(
            "Batches are not answered; send one request at a time.",
        ));
    }
    batch(&bytes, settings.max_batch).map(Requests::Batch)
}

/// Reads a body of one request.
pub(super) async fn one(body: Body, settings: &HttpSettings) -> Result<Request, Refusal> {
    match json(body, settings).await? {
        Requests::One(request) => Ok(*request),
        Requests::Batch(_) => Err(not_one()),
    }
}

fn not_one() -> Refusal {
    Refusal::invalid("This must be one request, not a batch.")
}

fn is_batch(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'[')
}

/// Reads one request's parameters.
pub(super) fn parse(json: &[u8]) -> Result<Request, Refusal> {
    if is_batch(json) {
        return Err(not_one());
    }
    let parameters: Parameters = serde_json::from_slice(json).map_err(|error| not_json(&error))?;
    parameters.request()
}

fn batch(json: &[u8], maximum: usize) -> Result<Vec<Request>, Refusal> {
    let batch: Vec<Parameters> = serde_json::from_slice(json).map_err(|error| not_json(&error))?;
    if batch.is_empty() {
        return Err(Refusal::invalid("A batch has at least one request."));
    }
    if batch.len() > maximum {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::LimitExceeded,
            format!(
                "A batch has {maximum} requests at most; this has {}.",
                batch.len()
            ),
        ));
    }
    batch.into_iter().map(Parameters::request).collect()
}

fn not_json(error: &serde_json::Error) -> Refusal {
    Refusal::invalid(format!("This is not a GraphQL request in JSON: {error}."))
}

/// What a client is still sending when it is refused. Many only read an answer once they have sent everything, and see
/// a broken connection if the server does not listen that long.
pub(super) struct Rest(Arc<Mutex<BodyDataStream>>);

/// The most that is heard out, and for how long.
const HEARD_BYTES: usize = 16 << 20;
const HEARD_TIME: Duration = Duration::from_secs(5);

impl Rest {
    /// The body to read, and what will be left of it.
    pub(super) fn of(body: Body) -> (Body, Self) {
        let whole = Arc::new(Mutex::new(body.into_data_stream()));
        let part = whole.clone();
        let read = stream::poll_fn(move |cx| part.lock().poll_next_unpin(cx));
        (Body::from_stream(read), Self(whole))
    }

    /// Lets the client finish, within bounds.
    pub(super) async fn hear_out(self) {
        let mut rest = stream::poll_fn(move |cx| self.0.lock().poll_next_unpin(cx));
        let mut heard = 0;
        let hearing = async {
            while let Some(Ok(chunk)) = rest.next().await {
                heard += chunk.len();
                if heard > HEARD_BYTES {
                    break;
                }
            }
        };
        // A client that is slower than that is broken off.
        let _ = timeout(HEARD_TIME, hearing).await;
    }
}

/// Why a body could not be read: it is too long, or its sender is gone.
pub(super) fn unreadable(
    error: &(dyn std::error::Error + 'static),
    limit: impl std::fmt::Display,
) -> Refusal {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    if causes
        .map(ToString::to_string)
        .any(|cause| cause.contains("length limit exceeded"))
    {
        return Refusal::too_large(limit);
    }
    Refusal::invalid("The body of the request ended early.")
}
