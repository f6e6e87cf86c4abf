//! How Outlay reaches its database.

use std::time::Duration;

/// Connections, their number and whom they sign in as.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// URL of the owner's login: it migrates, provisions, and reads the shared schema.
    pub url: String,
    /// How a request comes to its low privileges.
    pub login: RequestLogin,
    /// Whether tenants share one role of requests or have one each.
    pub tenant_roles: TenantRoles,
    /// Connections for requests.
    pub connections: usize,
    /// Connections for sign-in, the directory and provisioning; the listener and the readiness probe have one each
    /// beside these.
    pub control_connections: u32,
    /// Prepared statements kept on a connection: more than tenants on it × statements, or plans are made anew.
    pub statement_cache: usize,
    /// A connection that has served this many distinct tenants is replaced, since its backend never gives back
    /// the memory of their tables and plans.
    pub tenants_per_connection: usize,
    /// A statement that runs longer is cancelled.
    pub statement_timeout: Duration,
    /// How long a request waits for a connection before it is refused.
    pub acquire_timeout: Duration,
}

impl DatabaseSettings {
    /// The defaults for a server of a few cores.
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

/// How a request comes to the role `outlay_request`, which owns nothing and can create nothing.
#[derive(Debug, Clone)]
pub enum RequestLogin {
    /// Signs in as that role, by this URL: no statement is needed, and nothing can switch back.
    Direct(String),
    /// Signs in as the owner and steps down while the connection is made.
    Switch,
}

/// Which role owns the right to a tenant's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantRoles {
    /// One role for the requests of all tenants; the connection alone keeps them apart.
    Shared,
    /// A role for each tenant, taken inside each transaction: a qualified name of another tenant's table is refused
    /// by the database too. Before PostgreSQL 17 the switch grows dear past a thousand tenants.
    PerTenant,
}
