//! How a cluster is to be run: where its data lives and with which server settings.

use std::path::PathBuf;
use std::time::Duration;

/// What every cluster of ours is started with; [`Options::setting`] overrides.
const DEFAULTS: &[(&str, &str)] = &[
    // The socket is the only door: no port to race for, none to protect.
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    // Each idle connection is cheap, and pools of several servers may share one cluster.
    ("max_connections", "100"),
    // PostgreSQL's own default, written down: enough for thousands of small tenants, small enough for a laptop.
    ("shared_buffers", "128MB"),
    // Provisioning creates and drops whole schemas, one lock for each table and index.
    ("max_locks_per_transaction", "256"),
    // Our statements are small: compiling one costs more than running it.
    ("jit", "off"),
    // A timestamp reads the same on every machine.
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    // The log is for what went wrong; a checkpoint every five minutes did not.
    ("log_min_messages", "warning"),
    ("log_checkpoints", "off"),
];

/// What an ephemeral cluster adds: its data need not survive a power cut.
const EPHEMERAL: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
];

/// How [`Cluster::start`](crate::Cluster::start) runs PostgreSQL.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) place: Place,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) start_timeout: Duration,
}

/// Where the data lives.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Persistent(PathBuf),
    Ephemeral,
}

impl Options {
    /// A cluster kept in `directory`, which is created when missing and found again at the next start.
    #[must_use]
    pub fn persistent(directory: impl Into<PathBuf>) -> Self {
        Self::new(Place::Persistent(directory.into()), &[])
    }

    /// A cluster in a new temporary directory that is removed when it stops, even if this process is killed.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self::new(Place::Ephemeral, EPHEMERAL)
    }

    /// Sets a server setting as in `postgresql.conf`; the last one of a name wins.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// How many connections the server accepts; 100 unless told otherwise.
    #[must_use]
    pub fn max_connections(self, connections: u32) -> Self {
        self.setting("max_connections", connections.to_string())
    }

    /// How long the server may take until it accepts connections; 60 s unless told otherwise, for crash recovery.
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
