//! The options of the GraphQL API: allowed origins, limits of documents, and rates.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, ensure};
use axum::http::HeaderValue;
use clap::{ArgAction, Args};
use outlay_graphql::{Limits, SchemaSettings, TrustedDocuments};

use crate::http::{HttpSettings, Rate, RateLimits};

/// The options of the API.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "API")]
pub(crate) struct ApiArgs {
    /// Allowed CORS origins, such as `https://app.example.com`, separated by commas; * for any
    #[arg(
        long,
        env = "OUTLAY_ALLOWED_ORIGINS",
        value_name = "ORIGINS",
        value_delimiter = ','
    )]
    pub(crate) allowed_origins: Vec<String>,

    /// Whether introspection is allowed, and errors suggest names of the schema
    #[arg(
        long,
        env = "OUTLAY_INTROSPECTION",
        value_name = "BOOL",
        default_value_t = true,
        action = ArgAction::Set
    )]
    pub(crate) introspection: bool,

    /// Manifest of trusted documents (Apollo's format, or a JSON object of documents by id); other documents are rejected
    #[arg(long, env = "OUTLAY_TRUSTED_DOCUMENTS", value_name = "FILE")]
    pub(crate) trusted_documents: Option<PathBuf>,

    /// Maximum number of requests in a batch; 0 rejects batches
    #[arg(
        long,
        env = "OUTLAY_MAX_BATCH",
        value_name = "NUMBER",
        default_value_t = 0
    )]
    pub(crate) max_batch: usize,

    /// Maximum number of tokens in a document
    #[arg(long, env = "OUTLAY_MAX_TOKENS", value_name = "NUMBER", default_value_t = Limits::default().tokens)]
    pub(crate) max_tokens: u64,

    /// Maximum depth of nested fields in a document
    #[arg(long, env = "OUTLAY_MAX_DEPTH", value_name = "NUMBER", default_value_t = Limits::default().depth)]
    pub(crate) max_depth: u64,

    /// Maximum number of fields in a document
    #[arg(long, env = "OUTLAY_MAX_FIELDS", value_name = "NUMBER", default_value_t = Limits::default().fields)]
    pub(crate) max_fields: u64,

    /// Maximum number of root fields in an operation
    #[arg(long, env = "OUTLAY_MAX_ROOT_FIELDS", value_name = "NUMBER", default_value_t = Limits::default().root_fields)]
    pub(crate) max_root_fields: u64,

    /// Maximum number of aliases in a document
    #[arg(long, env = "OUTLAY_MAX_ALIASES", value_name = "NUMBER", default_value_t = Limits::default().aliases)]
    pub(crate) max_aliases: u64,

    /// Maximum number of directives in a document
    #[arg(long, env = "OUTLAY_MAX_DIRECTIVES", value_name = "NUMBER", default_value_t = Limits::default().directives)]
    pub(crate) max_directives: u64,

    /// Maximum cost of an operation
    #[arg(long, env = "OUTLAY_MAX_COST", value_name = "POINTS", default_value_t = Limits::default().cost)]
    pub(crate) max_cost: u64,

    /// Maximum number of concurrent operations for each organization; 0 disables the limit
    #[arg(long, env = "OUTLAY_TENANT_CONCURRENCY", value_name = "NUMBER", default_value_t = RateLimits::default().tenant_concurrency)]
    pub(crate) tenant_concurrency: usize,

    /// Points of cost per second for each organization, as RATE or RATE/BURST; 0 disables the limit
    #[arg(long, env = "OUTLAY_TENANT_RATE", value_name = "RATE[/BURST]", default_value_t = RateLimits::default().tenant)]
    pub(crate) tenant_rate: Rate,

    /// Requests per second for each client address that sign in or belong to no organization, as RATE or RATE/BURST; 0
    /// disables the limit
    #[arg(long, env = "OUTLAY_ADDRESS_RATE", value_name = "RATE[/BURST]", default_value_t = RateLimits::default().address)]
    pub(crate) address_rate: Rate,

    /// Number of trusted proxies in front of the server: the client's address is at this position from the end of
    /// X-Forwarded-For
    #[arg(
        long,
        env = "OUTLAY_TRUSTED_PROXIES",
        value_name = "NUMBER",
        default_value_t = 0
    )]
    pub(crate) trusted_proxies: usize,
}

impl ApiArgs {
    /// Copies the options to the settings of the HTTP layer.
    ///
    /// # Errors
    /// When an origin is invalid or the manifest cannot be read.
    pub(crate) fn apply(&self, settings: &mut HttpSettings) -> Result<()> {
        settings.allowed_origins = self.origins()?;
        settings.max_batch = self.max_batch;
        settings.rates = RateLimits {
            tenant_concurrency: self.tenant_concurrency,
            tenant: self.tenant_rate,
            address: self.address_rate,
            trusted_proxies: self.trusted_proxies,
        };
        settings.schema = SchemaSettings {
            limits: self.limits(),
            introspection: self.introspection,
            trusted: self.trusted()?,
        };
        Ok(())
    }

    fn limits(&self) -> Limits {
        Limits {
            tokens: self.max_tokens,
            depth: self.max_depth,
            fields: self.max_fields,
            root_fields: self.max_root_fields,
            aliases: self.max_aliases,
            directives: self.max_directives,
            cost: self.max_cost,
        }
    }

    fn origins(&self) -> Result<Vec<HeaderValue>> {
        let origins = self.allowed_origins.iter().map(|given| {
            let invalid = || format!("--allowed-origins {given}: not an origin; write it like https://app.example.com");
            if given != "*" {
                let url = url::Url::parse(given).with_context(invalid)?;
                let is_origin = url.origin().ascii_serialization() == *given;
                ensure!(is_origin, invalid());
            }
            HeaderValue::from_str(given).with_context(invalid)
        });
        origins.collect()
    }

    fn trusted(&self) -> Result<Option<TrustedDocuments>> {
        let Some(path) = &self.trusted_documents else {
            return Ok(None);
        };
        let option = || format!("--trusted-documents {}", path.display());
        let manifest = std::fs::read_to_string(path).with_context(option)?;
        let trusted = TrustedDocuments::parse(&manifest);
        let trusted = trusted.map_err(|wrong| anyhow!("{}: {wrong}", option()))?;
        tracing::info!(
            documents = trusted.len(),
            "only trusted documents are accepted"
        );
        Ok(Some(trusted))
    }
}
