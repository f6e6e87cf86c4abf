//! Settings of the command line: every one a flag and a variable `OUTLAY_*`.

mod api;
mod live;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use outlay_domain::Settings;
use outlay_tenancy::{DatabaseSettings, RequestLogin, TenantRoles};

use api::ApiArgs;
use live::LiveArgs;

use crate::{http::HttpSettings, server::browser_url};

/// Which database, for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseArgs {
    /// Directory of the private PostgreSQL, which is used unless there is a database URL [default: outlay in the
    /// user's data directory; /var/lib/outlay for root]
    #[arg(long, global = true, env = "OUTLAY_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// A PostgreSQL server of yours; `DATABASE_URL` is read too
    #[arg(
        long,
        global = true,
        env = "OUTLAY_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<String>,

    /// The same database, signed in to as the role `outlay_request`; without it, requests step down to that role
    #[arg(
        long,
        global = true,
        env = "OUTLAY_REQUEST_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) request_database_url: Option<String>,

    /// Connections for requests
    #[arg(
        long,
        global = true,
        env = "OUTLAY_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) connections: u16,

    /// Connections for sign-in, the directory and provisioning; two more listen for changes and serve /readyz
    #[arg(
        long,
        global = true,
        env = "OUTLAY_CONTROL_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 5,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) control_connections: u16,

    /// Whether organizations share one database role or have one each
    #[arg(
        long,
        global = true,
        env = "OUTLAY_TENANT_ROLES",
        value_name = "KIND",
        value_enum,
        default_value_t
    )]
    pub(crate) tenant_roles: TenantRolesArg,
}

/// `--tenant-roles`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum TenantRolesArg {
    /// One role for all; the server keeps them apart
    #[default]
    Shared,
    /// A role for each; the database keeps them apart too
    PerTenant,
}

impl DatabaseArgs {
    /// The URL of a server of the operator's own; none for the embedded one.
    pub(crate) fn external_url(&self) -> Option<String> {
        let given = self.database_url.clone();
        let url = given.or_else(|| std::env::var("DATABASE_URL").ok());
        url.filter(|url| !url.is_empty())
    }

    /// How to use the database of this URL.
    pub(crate) fn settings(&self, url: String, login: RequestLogin) -> DatabaseSettings {
        let mut settings = DatabaseSettings::new(url, login);
        settings.connections = self.connections.into();
        settings.control_connections = self.control_connections.into();
        settings.tenant_roles = match self.tenant_roles {
            TenantRolesArg::Shared => TenantRoles::Shared,
            TenantRolesArg::PerTenant => TenantRoles::PerTenant,
        };
        settings
    }
}

/// What the server tells its operator.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogArgs {
    /// What to log, as levels: info, or `info,outlay::sql=debug` [default: info for serve, else warn]
    #[arg(long, global = true, env = "OUTLAY_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,

    /// How to write it
    #[arg(
        long,
        global = true,
        env = "OUTLAY_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value_t
    )]
    pub(crate) log_format: LogFormat,
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// How the server is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct HttpArgs {
    /// Where to accept connections
    #[arg(
        long,
        env = "OUTLAY_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: String,

    /// Organizations are called by <slug>.<base domain>
    #[arg(
        long,
        env = "OUTLAY_BASE_DOMAIN",
        value_name = "DOMAIN",
        default_value = "localhost"
    )]
    pub(crate) base_domain: String,

    /// Where people reach the server, for links in invitations [default: http:// and the address]
    #[arg(long, env = "OUTLAY_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// The largest request without files
    #[arg(
        long,
        env = "OUTLAY_MAX_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_body_bytes
    )]
    pub(crate) max_body_bytes: usize,

    /// The largest request with files
    #[arg(
        long,
        env = "OUTLAY_MAX_UPLOAD_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_upload_bytes
    )]
    pub(crate) max_upload_bytes: u64,

    /// The largest response, the responses of a batch together
    #[arg(
        long,
        env = "OUTLAY_MAX_RESPONSE_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_response_bytes
    )]
    pub(crate) max_response_bytes: usize,

    /// The most bytes of all responses that clients have not read yet; an organization may take a quarter
    #[arg(
        long,
        env = "OUTLAY_MAX_UNSENT_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_unsent_bytes
    )]
    pub(crate) max_unsent_bytes: usize,

    /// How long one request may take
    #[arg(
        long,
        env = "OUTLAY_REQUEST_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = HttpSettings::default().request_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) request_timeout: u64,

    /// How long a connection may take to send the head of its next request; one that sends none is closed then
    #[arg(
        long,
        env = "OUTLAY_HEADER_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = HttpSettings::default().header_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) header_timeout: u64,

    /// How long a write to a client may make no progress; then its connection is closed
    #[arg(
        long,
        env = "OUTLAY_WRITE_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = HttpSettings::default().write_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) write_timeout: u64,

    /// The most connections at a time, apart from upgraded ones; more wait to be accepted
    #[arg(
        long,
        env = "OUTLAY_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = HttpSettings::default().max_connections,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..)
    )]
    pub(crate) max_connections: usize,

    #[command(flatten)]
    pub(crate) live: LiveArgs,

    #[command(flatten)]
    pub(crate) api: ApiArgs,
}

impl HttpArgs {
    /// What the HTTP layer wants to know.
    ///
    /// # Errors
    /// When the base domain is none, or a setting of the API is wrong.
    pub(crate) fn settings(&self) -> Result<HttpSettings> {
        let domain = self.base_domain.trim_matches('.').to_lowercase();
        ensure!(
            url::Host::parse(&domain).is_ok_and(|host| matches!(host, url::Host::Domain(_))),
            "--base-domain {}: this is not a domain; write it like example.com",
            self.base_domain
        );
        let mut settings = HttpSettings {
            base_domain: domain,
            max_body_bytes: self.max_body_bytes,
            max_upload_bytes: self.max_upload_bytes,
            max_response_bytes: self.max_response_bytes,
            max_unsent_bytes: self.max_unsent_bytes,
            request_timeout: Duration::from_secs(self.request_timeout),
            header_timeout: Duration::from_secs(self.header_timeout),
            write_timeout: Duration::from_secs(self.write_timeout),
            max_connections: self.max_connections,
            live: self.live.settings(),
            ..HttpSettings::default()
        };
        self.api.apply(&mut settings)?;
        Ok(settings)
    }

    /// What the domain wants to know.
    ///
    /// # Errors
    /// When the public URL is none.
    pub(crate) fn domain(&self, listening: SocketAddr) -> Result<Settings> {
        let Some(given) = &self.public_url else {
            return Ok(Settings {
                public_url: browser_url(listening),
                ..Settings::default()
            });
        };
        let url = url::Url::parse(given)
            .with_context(|| format!("--public-url {given}: this is not a URL"))?;
        ensure!(
            matches!(url.scheme(), "http" | "https"),
            "--public-url {given}: it must begin with https:// or http://"
        );
        Ok(Settings {
            public_url: given.trim_end_matches('/').to_owned(),
            ..Settings::default()
        })
    }
}
