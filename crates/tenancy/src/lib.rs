//! Tenants: finds the organization of a request, and gives access to its data.
//!
//! Start with [`Tenancy`]. Its [`Directory`] turns a name or the claims of a token into a [`TenantAccess`], which
//! cannot be created in any other way. An access opens a [`TenantConnection`], which cannot reach any other tenant.
//!
//! Invariant: tenant rows are reached only through a tenant. Entities of tenant tables name a placeholder schema, which
//! only a `TenantConnection` replaces.
//!
//! Invariant: no task waits for a database connection while it holds another. Reads on the control pool run before a
//! transaction begins, or on the transaction's own connection. The snapshot of a request waits at a [`Gate`].

mod access;
mod connection;
mod control;
mod directory;
mod error;
mod fleet;
mod gate;
mod health;
mod inspect;
mod listener;
mod pool;
mod provision;
mod qualify;
mod settings;
mod signals;

pub use access::{MemberEntry, Tenant, TenantAccess, TenantId};
pub use connection::TenantConnection;
pub use control::Tenancy;
pub use directory::{Directory, DirectoryChange};
pub use error::TenancyError;
pub use fleet::{FleetReport, MigrationOutcome};
pub use gate::Gate;
pub use inspect::{Inspection, Organizations, inspect};
pub use provision::{FirstOwner, NewOrganization};
pub use settings::{DatabaseSettings, RequestLogin, TenantRoles};
pub use signals::{Signals, Topic};
