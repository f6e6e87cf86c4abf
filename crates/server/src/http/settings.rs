//! Settings of the HTTP layer.

use std::time::Duration;

use axum::http::HeaderValue;
use outlay_graphql::SchemaSettings;

use super::{live::streams::LiveSettings, rate::RateLimits};

/// Settings of the HTTP layer that an operator can change.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Organizations are called by `<slug>.<base domain>`; lower case, without a port.
    pub base_domain: String,
    /// The largest request without files.
    pub max_body_bytes: usize,
    /// The largest request with files, all together.
    pub max_upload_bytes: u64,
    /// The largest response, the responses of a batch together.
    pub max_response_bytes: usize,
    /// The most bytes of all responses that clients have not read yet; an organization may take a quarter.
    pub max_unsent_bytes: usize,
    /// How long one request may take, its upload included.
    pub request_timeout: Duration,
    /// How long a connection may take to send the head of its next request.
    pub header_timeout: Duration,
    /// How long a write to a client may make no progress; then its connection is closed.
    pub write_timeout: Duration,
    /// The most connections at a time, apart from upgraded ones; more wait to be accepted.
    pub max_connections: usize,
    /// The most requests of a batch; 0 answers none.
    pub max_batch: usize,
    /// Origins whose pages may call this server, such as `https://app.example.com`.
    pub allowed_origins: Vec<HeaderValue>,
    /// How much clients may ask for.
    pub rates: RateLimits,
    /// Limits of documents, introspection and trusted documents.
    pub schema: SchemaSettings,
    /// Settings of subscriptions.
    pub live: LiveSettings,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            base_domain: "localhost".into(),
            max_body_bytes: 1 << 20,
            max_upload_bytes: 64 << 20,
            max_response_bytes: 8 << 20,
            max_unsent_bytes: 256 << 20,
            request_timeout: Duration::from_mins(1),
            // Proxies commonly keep an idle connection for a minute, and must be the ones to close it: what they send
            // while it is closed here is lost.
            header_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            max_connections: 10_000,
            max_batch: 0,
            allowed_origins: Vec::new(),
            rates: RateLimits::default(),
            schema: SchemaSettings::default(),
            live: LiveSettings::default(),
        }
    }
}
