//! Settings of the connections that listen: how many there may be, and how they are kept.

use std::time::Duration;

use clap::Args;

use crate::http::LiveSettings;

/// What is answered for as long as the client listens.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Subscriptions")]
pub(crate) struct LiveArgs {
    /// WebSocket connections and event streams at a time
    #[arg(
        long,
        env = "OUTLAY_MAX_LIVE_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = LiveSettings::default().max_connections
    )]
    pub(crate) max_live_connections: usize,

    /// Operations under way on one of them
    #[arg(
        long,
        env = "OUTLAY_MAX_OPERATIONS_PER_CONNECTION",
        value_name = "NUMBER",
        default_value_t = LiveSettings::default().max_operations_per_connection
    )]
    pub(crate) max_operations_per_connection: usize,

    /// Subscriptions of one organization at a time
    #[arg(
        long,
        env = "OUTLAY_MAX_SUBSCRIPTIONS",
        value_name = "NUMBER",
        default_value_t = LiveSettings::default().max_subscriptions_per_tenant
    )]
    pub(crate) max_subscriptions: usize,

    /// How long the client of a WebSocket may take to say who it is
    #[arg(
        long,
        env = "OUTLAY_INIT_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = LiveSettings::default().init_timeout.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) init_timeout: u64,

    /// How often who listens is given a sign of life; a WebSocket that answers none of three is closed
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
    /// What the HTTP layer wants to know.
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
