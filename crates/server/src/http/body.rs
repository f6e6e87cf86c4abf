//! Reads a GraphQL request, or a batch of them, from a request body.

use std::{sync::Arc, time::Duration};

use async_graphql::{Extensions, Request, Variables, value};
use axum::{
    body::{Body, BodyDataStream, to_bytes},
    http::{HeaderMap, StatusCode},
};
use futures::{StreamExt, stream};
use headers::{ContentType, HeaderMapExt};
use mime::Mime;
use outlay_domain::ErrorCode;
use outlay_graphql::PERSISTED_QUERY;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::time::timeout;

use super::{error::Rejection, settings::HttpSettings};

/// The format of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// `application/json`: a request or a batch.
    Json,
    /// `multipart/form-data`: a request with files.
    Multipart,
}

impl Content {
    /// The format that `Content-Type` declares.
    pub(super) fn from_headers(headers: &HeaderMap) -> Result<Self, Rejection> {
        let media_type = headers
            .typed_get()
            .map(|given: ContentType| Mime::from(given));
        let message = match &media_type {
            Some(given) if given.essence_str() == mime::APPLICATION_JSON => {
                // JSON between systems is UTF-8 (RFC 8259, section 8.1).
                let charset = given.get_param(mime::CHARSET);
                if charset.is_none_or(|charset| charset == mime::UTF_8) {
                    return Ok(Self::Json);
                }
                "Unsupported charset. Send JSON in UTF-8."
            }
            Some(given) if given.essence_str() == mime::MULTIPART_FORM_DATA => {
                return Ok(Self::Multipart);
            }
            _ => {
                "Unsupported Content-Type. Send application/json, or multipart/form-data for a request with files."
            }
        };
        Err(Rejection::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::Invalid,
            message,
        ))
    }
}

/// The requests in a body.
pub(super) enum Requests {
    Single(Box<Request>),
    /// Several requests, which are executed one after the other.
    Batch(Vec<Request>),
}

/// The parameters of a request. Each may be null or absent, but either `query` or the name of a document is required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameters {
    pub(super) query: Option<String>,
    /// The id of a persisted document: `sha256:` and its hash, or its id in the operator's list.
    pub(super) document_id: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Option<Variables>,
    pub(super) extensions: Option<Extensions>,
}

impl Parameters {
    pub(super) fn request(self) -> Result<Request, Rejection> {
        let mut extensions = self.extensions.unwrap_or_default();
        if let Some(id) = self.document_id {
            let hash = id.strip_prefix("sha256:").unwrap_or(&id);
            let named = value!({ "version": 1, "sha256Hash": hash });
            extensions.insert(PERSISTED_QUERY.to_owned(), named);
        }
        let query = self.query.filter(|query| !query.trim().is_empty());
        if query.is_none() && !extensions.contains_key(PERSISTED_QUERY) {
            return Err(Rejection::invalid("The parameter query is missing."));
        }
        let mut request = Request::new(query.unwrap_or_default());
        request.variables = self.variables.unwrap_or_default();
        // An empty name is the same as none (GraphQL over HTTP, "Request Parameters").
        request.operation_name = self.operation_name.filter(|name| !name.is_empty());
        request.extensions = extensions;
        Ok(request)
    }
}

/// Reads a JSON body.
pub(super) async fn json(body: Body, settings: &HttpSettings) -> Result<Requests, Rejection> {
    let limit = settings.max_body_bytes;
    let bytes = to_bytes(body, limit)
        .await
        .map_err(|error| unreadable(&error, limit))?;
    if !is_batch(&bytes) {
        return parse(&bytes).map(|request| Requests::Single(Box::new(request)));
    }
    if settings.max_batch == 0 {
        return Err(Rejection::invalid(
            "Batches are disabled on this server. Send one request at a time.",
        ));
    }
    batch(&bytes, settings.max_batch).map(Requests::Batch)
}

/// Reads a JSON body that contains exactly one request.
pub(super) async fn one(body: Body, settings: &HttpSettings) -> Result<Request, Rejection> {
    match json(body, settings).await? {
        Requests::Single(request) => Ok(*request),
        Requests::Batch(_) => Err(not_one()),
    }
}

fn not_one() -> Rejection {
    Rejection::invalid("Batches are not supported here. Send one request.")
}

fn is_batch(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'[')
}

/// Parses the parameters of one request.
pub(super) fn parse(json: &[u8]) -> Result<Request, Rejection> {
    if is_batch(json) {
        return Err(not_one());
    }
    let parameters: Parameters = serde_json::from_slice(json).map_err(|error| not_json(&error))?;
    parameters.request()
}

fn batch(json: &[u8], maximum: usize) -> Result<Vec<Request>, Rejection> {
    let batch: Vec<Parameters> = serde_json::from_slice(json).map_err(|error| not_json(&error))?;
    if batch.is_empty() {
        return Err(Rejection::invalid(
            "The batch is empty. Send at least one request.",
        ));
    }
    if batch.len() > maximum {
        return Err(Rejection::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::LimitExceeded,
            format!(
                "A batch may contain at most {maximum} requests; this one contains {}.",
                batch.len()
            ),
        ));
    }
    batch.into_iter().map(Parameters::request).collect()
}

fn not_json(error: &serde_json::Error) -> Rejection {
    Rejection::invalid(format!(
        "The body is not a GraphQL request in JSON: {error}."
    ))
}

/// The part of a body that has not been read when its request is rejected.
///
/// Many clients read the response only after they have sent the whole body. They would report a broken connection if the
/// server closed it earlier.
pub(super) struct UnreadBody(Arc<Mutex<BodyDataStream>>);

/// Limits of draining a body.
const MAX_DRAINED_BYTES: usize = 16 << 20;
const MAX_DRAIN_TIME: Duration = Duration::from_secs(5);

impl UnreadBody {
    /// Returns the body to read, and a handle that drains what remains unread of it.
    pub(super) fn split(body: Body) -> (Body, Self) {
        let whole = Arc::new(Mutex::new(body.into_data_stream()));
        let part = whole.clone();
        let read = stream::poll_fn(move |cx| part.lock().poll_next_unpin(cx));
        (Body::from_stream(read), Self(whole))
    }

    /// Reads and discards the rest of the body, up to the limits of size and time.
    pub(super) async fn drain(self) {
        let mut unread = stream::poll_fn(move |cx| self.0.lock().poll_next_unpin(cx));
        let mut drained = 0;
        let draining = async {
            while let Some(Ok(chunk)) = unread.next().await {
                drained += chunk.len();
                if drained > MAX_DRAINED_BYTES {
                    break;
                }
            }
        };
        // The connection to a slower client is closed.
        let _ = timeout(MAX_DRAIN_TIME, draining).await;
    }
}

/// The error for a body that could not be read: it is too large, or the client has disconnected.
pub(super) fn unreadable(
    error: &(dyn std::error::Error + 'static),
    limit: impl std::fmt::Display,
) -> Rejection {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    if causes
        .map(ToString::to_string)
        .any(|cause| cause.contains("length limit exceeded"))
    {
        return Rejection::too_large(limit);
    }
    Rejection::invalid("The request body ended early.")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::Content;

    #[test]
    fn the_content_type_is_declared_and_json_is_in_utf_8() {
        for (given, expected) in [
            (None, None),
            (Some("application/json"), Some(Content::Json)),
            (Some("APPLICATION/JSON"), Some(Content::Json)),
            (Some("application/json; charset=utf-8"), Some(Content::Json)),
            (
                Some("application/json;charset=\"UTF-8\""),
                Some(Content::Json),
            ),
            (Some("application/json; charset=latin1"), None),
            (Some("application/json+ld"), None),
            (Some("text/plain"), None),
            (
                Some("multipart/form-data; boundary=x"),
                Some(Content::Multipart),
            ),
            (Some("multipart/mixed; boundary=x"), None),
            (Some("nonsense"), None),
        ] {
            let given = given.map(HeaderValue::from_static);
            let headers: HeaderMap = given
                .map(|given| (header::CONTENT_TYPE, given))
                .into_iter()
                .collect();
            assert_eq!(
                Content::from_headers(&headers).ok(),
                expected,
                "{headers:?}"
            );
        }
    }
}
