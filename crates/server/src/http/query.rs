//! GraphQL requests in a URL, and conditional requests for their responses (RFC 9110, section 13).

use std::collections::HashMap;

use async_graphql::Request;
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use headers::{ETag, HeaderMapExt, IfNoneMatch};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::{body::Parameters, error::Rejection};

/// The request headers that a response depends on.
const VARY: &str = "accept, accept-encoding, authorization, host, x-organization";

/// Parses the query component of a URL. `variables` and `extensions` are JSON.
pub(super) fn parse(query: &str) -> Result<Request, Rejection> {
    let mut given = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.contains('\u{fffd}') {
            return Err(Rejection::invalid(format!(
                "The parameter {name} is not valid UTF-8."
            )));
        }
        if given.insert(name.to_string(), value).is_some() {
            return Err(Rejection::invalid(format!(
                "The parameter {name} is given twice. Send it once."
            )));
        }
    }
    let mut text = |name| given.remove(name).map(String::from);
    let parameters = Parameters {
        query: text("query"),
        document_id: text("documentId"),
        operation_name: text("operationName"),
        variables: json("variables", text("variables"))?,
        extensions: json("extensions", text("extensions"))?,
    };
    parameters.request()
}

fn json<T: DeserializeOwned>(name: &str, text: Option<String>) -> Result<Option<T>, Rejection> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    serde_json::from_str(&text).map_err(|error| {
        Rejection::invalid(format!(
            "The parameter {name} is not a JSON object: {error}."
        ))
    })
}

/// The versions of a response that a client has stored.
pub(super) struct Validator(Option<IfNoneMatch>);

impl Validator {
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        Self(headers.typed_get())
    }

    /// Adds the `ETag` to a response, or returns 304 without a body if the client has this version.
    ///
    /// Only the client may store the response, since other callers see other rows, and must revalidate it each time.
    pub(super) async fn apply(self, response: Response) -> Response {
        if response.status() != StatusCode::OK {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        // The whole body is in memory already.
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty());
        };
        let hash = Sha256::digest(&body);
        let tag = format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&hash[..16]));
        let tag: Option<ETag> = tag.parse().ok();
        let is_known = tag.as_ref().is_some_and(|tag| self.matches(tag));
        let headers = &mut parts.headers;
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
        if let Some(tag) = tag {
            headers.typed_insert(tag);
        }
        if is_known {
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers.remove(header::CONTENT_TYPE);
            return Response::from_parts(parts, Body::empty());
        }
        Response::from_parts(parts, Body::from(body))
    }

    /// Whether the client has this version. The comparison is weak, since a proxy that compresses weakens the tag.
    fn matches(&self, tag: &ETag) -> bool {
        let given = self.0.as_ref();
        given.is_some_and(|given| !given.precondition_passes(tag))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::Validator;

    #[test]
    fn a_version_matches_by_weak_comparison() {
        let tag = "\"a\"".parse().expect("an entity tag");
        for (given, expected) in [
            (vec![], false),
            (vec!["\"a\""], true),
            (vec!["W/\"a\""], true),
            (vec!["\"b\", \"a\""], true),
            (vec!["\"b\"", "\"a\""], true),
            (vec!["*"], true),
            (vec!["\"b\""], false),
            (vec!["a"], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in &given {
                headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            }
            let validator = Validator::from_headers(&headers);
            assert_eq!(validator.matches(&tag), expected, "{given:?}");
        }
    }
}
