//! A GraphQL request out of the body of an HTTP request.

use async_graphql::{Request, Variables};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, StatusCode, header},
};
use outlay_domain::ErrorCode;
use serde::Deserialize;

use super::error::Refusal;

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

/// The parameters of a request; any but the query may be null or absent.
#[derive(Deserialize)]
struct Parameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Variables>,
    extensions: Option<async_graphql::Extensions>,
}

/// Reads a body of JSON.
pub(super) async fn json(body: Body, limit: usize) -> Result<Request, Refusal> {
    let bytes = to_bytes(body, limit)
        .await
        .map_err(|error| unreadable(&error, limit))?;
    parse(&bytes)
}

/// Reads a request's parameters. A batch is refused: each request has its own limits and its own snapshot.
pub(super) fn parse(json: &[u8]) -> Result<Request, Refusal> {
    if json.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::invalid(
            "Batches are not answered; send one request at a time.",
        ));
    }
    let parameters: Parameters = serde_json::from_slice(json).map_err(|error| {
        Refusal::invalid(format!("This is not a GraphQL request in JSON: {error}."))
    })?;
    let query = parameters.query.filter(|query| !query.trim().is_empty());
    let query = query.ok_or_else(|| Refusal::invalid("The parameter query is missing."))?;
    let mut request = Request::new(query).variables(parameters.variables.unwrap_or_default());
    request.operation_name = parameters.operation_name;
    request.extensions = parameters.extensions.unwrap_or_default();
    Ok(request)
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
