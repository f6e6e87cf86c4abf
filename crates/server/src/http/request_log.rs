//! Logs one line for each request: method, path, status, duration and caller; never tokens or bodies.

use std::time::Instant;

use axum::{extract::Request, middleware::Next, response::Response};
use tracing::{Instrument, Span, field::Empty};

use super::{
    request_id::{self, RequestId},
    tenant::Identity,
};

/// Assigns the request an id, runs it in a span that carries the id, and logs its line.
pub(super) async fn log(mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = RequestId::from_headers(request.headers());
    let header = id.header();
    let path = request.uri().path().to_owned();
    // Successful probes are frequent and log at debug level.
    let probe = matches!(path.as_str(), "/healthz" | "/readyz");
    let span = tracing::info_span!(
        "request",
        method = %request.method(),
        path,
        tenant = Empty,
        member = Empty,
        id = %id.0,
    );
    request.extensions_mut().insert(id);
    async move {
        let mut response = next.run(request).await;
        if let Some(header) = header {
            response.headers_mut().insert(request_id::HEADER, header);
        }
        let status = response.status().as_u16();
        let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if probe && status == 200 {
            tracing::debug!(status, ms, "done");
        } else {
            tracing::info!(status, ms, "done");
        }
        response
    }
    .instrument(span)
    .await
}

/// Records the caller in the span of the request.
pub(super) fn identified(identity: &Identity) {
    let span = Span::current();
    if let Ok(access) = &identity.access {
        span.record("tenant", access.tenant().slug());
        span.record("member", tracing::field::display(access.member().member_id));
    } else if let Some(tenant) = &identity.named {
        span.record("tenant", tenant.slug());
    }
}
