//! The options of a cluster: the location of its data and the server settings.

use std::path::PathBuf;
use std::time::Duration;

/// The settings of every cluster. [`Options::setting`] overrides them.
const DEFAULTS: &[(&str, &str)] = &[
    // Only the unix socket is used, so there is no port to allocate or to protect.
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    // Idle connections are cheap, and the pools of several outlay servers may share one cluster.
    ("max_connections", "100"),
    // PostgreSQL's default, stated explicitly: enough for thousands of small tenants, small enough for a laptop.
    ("shared_buffers", "128MB"),
    // Provisioning creates and drops whole schemas and takes one lock for each table and index.
    ("max_locks_per_transaction", "256"),
    // The statements are small: compiling one costs more than running it.
    ("jit", "off"),
    // Timestamps are the same on every machine.
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    // The log is for problems; regular checkpoints are not one.
    ("log_min_messages", "warning"),
    ("log_checkpoints", "off"),
];

/// The additional settings of an ephemeral cluster, whose data need not survive a power failure.
const EPHEMERAL: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
];

/// The options of [`Cluster::start`](crate::Cluster::start).
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) place: Place,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) start_timeout: Duration,
}

/// The location of the data.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Persistent(PathBuf),
    Ephemeral,
}

impl Options {
    /// A cluster stored in `directory`, which is created if missing and reused at the next start.
    #[must_use]
    pub fn persistent(directory: impl Into<PathBuf>) -> Self {
        Self::new(Place::Persistent(directory.into()), &[])
    }

    /// A cluster in a new temporary directory that is removed when it stops, even if this process is killed.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self::new(Place::Ephemeral, EPHEMERAL)
    }

    /// Sets a server setting as in `postgresql.conf`. The last one of a name wins.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// Sets the maximum number of connections. Default: 100.
    #[must_use]
    pub fn max_connections(self, connections: u32) -> Self {
        self.setting("max_connections", connections.to_string())
    }

    /// Sets the time limit for the server to accept connections. Default: 60 s, which allows for crash recovery.
    #[must_use]
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    pub(crate) fn is_ephemeral(&self) -> bool {
        matches!(self.place, Place::Ephemeral)
    }

    /// The settings as arguments of `postgres`.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = String> {
        self.settings
            .iter()
            .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
    }

    fn new(place: Place, more: &[(&str, &str)]) -> Self {
        let settings = DEFAULTS.iter().chain(more);
        Self {
            place,
            settings: settings
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            start_timeout: Duration::from_mins(1),
        }
    }
}
