//! The options of WebSocket connections and event streams.

use std::time::Duration;

use clap::Args;

use crate::http::LiveSettings;

/// The options of subscriptions.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Subscriptions")]
pub(crate) struct LiveArgs {
    /// Maximum number of WebSocket connections and event streams
    #[arg(
        long,
        env = "OUTLAY_MAX_LIVE_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = LiveSettings::default().max_connections
    )]
    pub(crate) max_live_connections: usize,

    /// Maximum number of concurrent operations on each of them
    #[arg(
        long,
        env = "OUTLAY_MAX_OPERATIONS_PER_CONNECTION",
        value_name = "NUMBER",
        default_value_t = LiveSettings::default().max_operations_per_connection
    )]
    pub(crate) max_operations_per_connection: usize,

    /// Maximum number of concurrent subscriptions for each organization
    #[arg(
        long,
        env = "OUTLAY_MAX_SUBSCRIPTIONS",
        value_name = "NUMBER",
        default_value_t = LiveSettings::default().max_subscriptions_per_tenant
    )]
    pub(crate) max_subscriptions: usize,

    /// Time for the client of a WebSocket to send `connection_init`
    #[arg(
        long,
        env = "OUTLAY_INIT_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = LiveSettings::default().init_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) init_timeout: u64,

    /// Interval of keep-alive messages; a WebSocket that answers none of three is closed
    #[arg(
        long,
        env = "OUTLAY_KEEP_ALIVE",
        value_name = "SECONDS",
        default_value_t = LiveSettings::default().keep_alive.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) keep_alive: u64,
}

impl LiveArgs {
    /// The settings of the HTTP layer.
    pub(crate) fn settings(&self) -> LiveSettings {
        LiveSettings {
            max_connections: self.max_live_connections,
            max_operations_per_connection: self.max_operations_per_connection,
            max_subscriptions_per_tenant: self.max_subscriptions,
            init_timeout: Duration::from_secs(self.init_timeout),
            keep_alive: Duration::from_secs(self.keep_alive),
        }
    }
}
