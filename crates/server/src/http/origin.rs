//! CORS: the origins whose pages may call this server from a browser.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{request_id, tenant, upload::PREFLIGHTED};

/// How long a browser may cache a preflight response; the maximum that Chromium accepts.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Allows these origins; none by default. Credentials are never allowed, since the server uses no cookies.
pub(super) fn allow(origins: &[HeaderValue]) -> CorsLayer {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().cloned())
    };
    let preflighted = PREFLIGHTED.iter().map(|name| HeaderName::from_static(name));
    let others = [
        header::CONTENT_TYPE,
        HeaderName::from_static(tenant::ORGANIZATION),
        request_id::HEADER,
    ];
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(preflighted.chain(others).collect::<Vec<_>>())
        .expose_headers([header::ETAG, header::RETRY_AFTER, request_id::HEADER])
        .max_age(MAX_AGE)
}
