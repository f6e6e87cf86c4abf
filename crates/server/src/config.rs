//! The options of the command line. Each is also an environment variable `OUTLAY_*`.

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

/// The database options, which every command accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseArgs {
    /// Directory of the private PostgreSQL server, which is used unless a database URL is set [default: outlay in the
    /// user's data directory; /var/lib/outlay for root]
    #[arg(long, global = true, env = "OUTLAY_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// URL of an external PostgreSQL database; `DATABASE_URL` is also read
    #[arg(
        long,
        global = true,
        env = "OUTLAY_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<String>,

    /// URL of the same database that logs in as the role `outlay_request`; without it, connections for requests switch to
    /// that role
    #[arg(
        long,
        global = true,
        env = "OUTLAY_REQUEST_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) request_database_url: Option<String>,

    /// Number of database connections for requests
    #[arg(
        long,
        global = true,
        env = "OUTLAY_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) connections: u16,

    /// Number of database connections for sign-in, the directory and provisioning; two more listen for changes and serve
    /// /readyz
    #[arg(
        long,
        global = true,
        env = "OUTLAY_CONTROL_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 5,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub(crate) control_connections: u16,

    /// Whether organizations share one database role or have a role each
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

/// The values of `--tenant-roles`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum TenantRolesArg {
    /// One role for all organizations; the server isolates them
    #[default]
    Shared,
    /// One role for each organization; the database isolates them too
    PerTenant,
}

impl DatabaseArgs {
    /// The URL of an external database; none for the embedded one.
    pub(crate) fn external_url(&self) -> Option<String> {
        let given = self.database_url.clone();
        let url = given.or_else(|| std::env::var("DATABASE_URL").ok());
        url.filter(|url| !url.is_empty())
    }

    /// The settings for the database of this URL.
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

/// The options of the log.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogArgs {
    /// Log filter, such as `info` or `info,outlay::sql=debug` [default: info for serve, otherwise warn]
    #[arg(long, global = true, env = "OUTLAY_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,

    /// Log format
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

/// The values of `--log-format`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// Human-readable text
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// The options of the server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct HttpArgs {
    /// Address and port to listen on
    #[arg(
        long,
        env = "OUTLAY_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: String,

    /// Base domain: organizations are reached at <slug>.<base domain>
    #[arg(
        long,
        env = "OUTLAY_BASE_DOMAIN",
        value_name = "DOMAIN",
        default_value = "localhost"
    )]
    pub(crate) base_domain: String,

    /// Public URL of the server, for links in invitations [default: http:// and the address]
    #[arg(long, env = "OUTLAY_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// Maximum size of a request without files
    #[arg(
        long,
        env = "OUTLAY_MAX_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_body_bytes
    )]
    pub(crate) max_body_bytes: usize,

    /// Maximum size of a request with files
    #[arg(
        long,
        env = "OUTLAY_MAX_UPLOAD_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_upload_bytes
    )]
    pub(crate) max_upload_bytes: u64,

    /// Maximum size of a response, or of all responses of a batch
    #[arg(
        long,
        env = "OUTLAY_MAX_RESPONSE_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_response_bytes
    )]
    pub(crate) max_response_bytes: usize,

    /// Maximum memory for responses that clients have not read yet; an organization may use a quarter of it
    #[arg(
        long,
        env = "OUTLAY_MAX_UNSENT_BYTES",
        value_name = "BYTES",
        default_value_t = HttpSettings::default().max_unsent_bytes
    )]
    pub(crate) max_unsent_bytes: usize,

    /// Maximum duration of a request
    #[arg(
        long,
        env = "OUTLAY_REQUEST_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = HttpSettings::default().request_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) request_timeout: u64,

    /// Time for a connection to send the head of its next request; then it is closed
    #[arg(
        long,
        env = "OUTLAY_HEADER_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = HttpSettings::default().header_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) header_timeout: u64,

    /// Time for which a write to a client may make no progress; then the connection is closed
    #[arg(
        long,
        env = "OUTLAY_WRITE_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = HttpSettings::default().write_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) write_timeout: u64,

    /// Maximum number of connections, without upgraded ones; further connections wait to be accepted
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
    /// The settings of the HTTP layer.
    ///
    /// # Errors
    /// When the base domain or an option of the API is invalid.
    pub(crate) fn settings(&self) -> Result<HttpSettings> {
        let domain = self.base_domain.trim_matches('.').to_lowercase();
        ensure!(
            url::Host::parse(&domain).is_ok_and(|host| matches!(host, url::Host::Domain(_))),
            "--base-domain {}: not a domain name; write it like example.com",
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

    /// The settings of the domain.
    ///
    /// # Errors
    /// When the public URL is invalid.
    pub(crate) fn domain(&self, listening: SocketAddr) -> Result<Settings> {
        let Some(given) = &self.public_url else {
            return Ok(Settings {
                public_url: browser_url(listening),
                ..Settings::default()
            });
        };
        let url = url::Url::parse(given).with_context(|| {
            format!("--public-url {given}: not a URL; write it like https://outlay.example.com")
        })?;
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
