//! Settings of the database connections.

use std::time::Duration;

/// Connection settings: URLs, pool sizes, roles and timeouts.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// URL for the owner's login, which migrates, provisions, and reads the shared schema.
    pub url: String,
    /// The way requests obtain the role `outlay_request`.
    pub login: RequestLogin,
    /// Whether tenants share one request role or have one each.
    pub tenant_roles: TenantRoles,
    /// Number of connections for requests.
    pub connections: usize,
    /// Number of connections for sign-in, the directory and provisioning. The listener and the health check use one
    /// more each.
    pub control_connections: u32,
    /// Number of prepared statements cached on each connection. It must exceed the tenants on a connection × the
    /// statements of each, or statements are planned again.
    pub statement_cache: usize,
    /// Number of distinct tenants after which a connection is replaced, since its backend never frees the memory of
    /// their tables and plans.
    pub tenants_per_connection: usize,
    /// A statement that runs longer than this is cancelled.
    pub statement_timeout: Duration,
    /// A request that waits longer than this for a connection is rejected.
    pub acquire_timeout: Duration,
}

impl DatabaseSettings {
    /// Default settings for a server with a few cores.
    #[must_use]
    pub fn new(url: String, login: RequestLogin) -> Self {
        Self {
            url,
            login,
            tenant_roles: TenantRoles::Shared,
            connections: 8,
            control_connections: 5,
            statement_cache: 2_000,
            tenants_per_connection: 500,
            statement_timeout: Duration::from_secs(15),
            acquire_timeout: Duration::from_secs(10),
        }
    }
}

/// The way requests obtain the role `outlay_request`, which owns nothing and cannot create anything.
#[derive(Debug, Clone)]
pub enum RequestLogin {
    /// Signs in as that role with this URL. No statement is needed, and nothing can switch back.
    Direct(String),
    /// Signs in as the owner and switches to the role while the connection starts.
    Switch,
}

/// The roles that are granted access to the tables of tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantRoles {
    /// One role for the requests of all tenants. Only the connection separates tenants.
    Shared,
    /// One role for each tenant, set inside each transaction. The database then rejects a qualified name of another
    /// tenant's table. Before PostgreSQL 17, switching roles is slow with more than a thousand tenants.
    PerTenant,
}
