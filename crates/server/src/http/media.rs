//! The two media types of an answer (GraphQL over HTTP, section 6): which one is asked for, and what it means.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::json;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`: what is right HTTP is 200, whatever came of it.
    Json,
    /// `application/graphql-response+json`: a request that was not executed has a status of its own.
    GraphqlResponse,
}

/// An answer as the specification has it: without `data` where nothing was executed.
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
    pub(super) fn of(answer: &'a GraphqlResponse) -> Self {
        let executed = outlay_graphql::was_executed(answer);
        Self {
            data: executed.then_some(&answer.data),
            errors: &answer.errors,
            extensions: &answer.extensions,
        }
    }
}

/// Writes a response as the body of an HTTP response, or as a part of a batch.
pub(super) fn write(response: &GraphqlResponse, maximum: usize) -> serde_json::Result<Vec<u8>> {
    json::write(&Body::of(response), maximum)
}

impl MediaType {
    /// The one that `Accept` prefers; JSON where it leaves the choice.
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

    /// A response, with the status asked for, else the one that it has by itself.
    pub(super) fn respond(self, status: Option<StatusCode>, answer: &GraphqlResponse) -> Response {
        let (own, json) = self.write(answer, usize::MAX);
        self.send(status.unwrap_or(own), json.into())
    }

    /// A response as it is sent, with its status. What is larger than `maximum` bytes becomes an error.
    pub(super) fn write(self, answer: &GraphqlResponse, maximum: usize) -> (StatusCode, Vec<u8>) {
        let written = json::response(answer, maximum, write);
        let executed = written.is_whole && outlay_graphql::was_executed(answer);
        let status = match self {
            Self::GraphqlResponse if !executed => StatusCode::BAD_REQUEST,
            Self::Json | Self::GraphqlResponse => StatusCode::OK,
        };
        (status, written.json)
    }

    /// The HTTP response with this body.
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

/// Whether the client would show a page.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    accepted(headers).any(|(range, weight)| range.eq_ignore_ascii_case("text/html") && weight > 0.0)
}

/// The ranges of `Accept` and their weights.
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
