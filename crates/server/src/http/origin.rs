//! Which pages of other sites may call this server from a browser (CORS).

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{request_id, tenant, upload::PREFLIGHTED};

/// How long a browser remembers what it may do; Chromium takes no more.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Lets pages of these origins in; none by default, and never with cookies, since there are none.
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
