//! The two media types of a response (GraphQL over HTTP, section 6): negotiation, status codes and headers.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::json;

/// The media type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`: the status is 200 for every well-formed request, even if it was not executed.
    Json,
    /// `application/graphql-response+json`: the status is 4xx or 5xx if the request was not executed.
    GraphqlResponse,
}

/// The body of a response. It has no `data` entry if the operation was not executed, as the specification requires.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

impl<'a> Body<'a> {
    pub(super) fn new(response: &'a GraphqlResponse) -> Self {
        let executed = outlay_graphql::was_executed(response);
        Self {
            data: executed.then_some(&response.data),
            errors: &response.errors,
            extensions: &response.extensions,
        }
    }
}

/// Serializes a response as the body of an HTTP response, or as an element of a batch.
pub(super) fn write(response: &GraphqlResponse, maximum: usize) -> serde_json::Result<Vec<u8>> {
    json::write(&Body::new(response), maximum)
}

impl MediaType {
    /// The media type that `Accept` prefers. The default is JSON.
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        let (mut json, mut graphql) = (0.0, 0.0);
        for (range, weight) in accepted(headers) {
            match range.to_ascii_lowercase().as_str() {
                "application/json" => json = weight,
                "application/graphql-response+json" => graphql = weight,
                _ => {}
            }
        }
        if graphql > 0.0 && graphql >= json {
            Self::GraphqlResponse
        } else {
            Self::Json
        }
    }

    /// Builds an HTTP response. `status` overrides the status that the media type defines.
    pub(super) fn respond(
        self,
        status: Option<StatusCode>,
        response: &GraphqlResponse,
    ) -> Response {
        let (default, json) = self.write(response, usize::MAX);
        self.send(status.unwrap_or(default), json.into())
    }

    /// Serializes a response and determines its status. A response of more than `maximum` bytes is replaced by an error.
    pub(super) fn write(self, response: &GraphqlResponse, maximum: usize) -> (StatusCode, Vec<u8>) {
        let written = json::response(response, maximum, write);
        let executed = written.is_whole && outlay_graphql::was_executed(response);
        let status = match self {
            Self::GraphqlResponse if !executed => StatusCode::BAD_REQUEST,
            Self::Json | Self::GraphqlResponse => StatusCode::OK,
        };
        (status, written.json)
    }

    /// Builds the HTTP response with this body.
    pub(super) fn send(self, status: StatusCode, json: Bytes) -> Response {
        let mut response = (status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.header());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }
}

/// Whether the client accepts HTML.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    accepted(headers).any(|(range, weight)| range.eq_ignore_ascii_case("text/html") && weight > 0.0)
}

/// The media ranges of `Accept` and their weights.
pub(super) fn accepted(headers: &HeaderMap) -> impl Iterator<Item = (&str, f32)> {
    let values = headers.get_all(header::ACCEPT).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(weighted)
}

fn weighted(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .and_then(|weight| weight.parse().ok());
    (name, weight.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::MediaType;

    #[test]
    fn the_client_chooses_the_media_type() {
        use MediaType::{GraphqlResponse, Json};
        for (accept, expected) in [
            ("", Json),
            ("*/*", Json),
            ("application/json", Json),
            ("application/graphql-response+json", GraphqlResponse),
            (
                "application/graphql-response+json, application/json;q=0.9",
                GraphqlResponse,
            ),
            (
                "application/json, application/graphql-response+json;q=0.5",
                Json,
            ),
            ("application/graphql-response+json;q=0", Json),
            ("text/html, image/png", Json),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(MediaType::accepted(&headers), expected, "{accept:?}");
        }
    }
}
