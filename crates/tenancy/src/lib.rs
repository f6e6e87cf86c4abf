//! Tenants: which organization a request belongs to, and the only way to its data.
//!
//! [`Tenancy`] is the way in. Its [`Directory`] turns a name or a token's claims into a [`TenantAccess`], which
//! cannot be made any other way; an access opens a [`TenantConnection`], which cannot reach any other tenant.
//!
//! Invariant: no tenant row without a tenant. Entities of tenant tables name a placeholder schema, and nothing but
//! a `TenantConnection` replaces it.
//!
//! Invariant: no task waits for a database connection while it holds another. What the control pool has to tell is read
//! before a transaction begins, or on the transaction's own connection; the snapshot of a request waits at a [`Gate`].

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
