//! Migrations of the shared schema and of every tenant's schema.
//!
//! The shared schema is migrated by sea-orm-migration, once per database. Tenant migrations are batches of SQL with a
//! placeholder schema, so that each of thousands of tenants is migrated in one round trip and one transaction. The same
//! batches provision a new tenant and migrate an existing one; `tests/it/tenancy/provisioning.rs` shows that both
//! result in the same tables.

mod shared;
mod tenant;

pub use shared::{SHARED_SCHEMA, SharedMigrator, prepare_shared_schema};
pub use tenant::{PLACEHOLDER, TENANT_MIGRATIONS, TENANT_TABLES, TenantMigration, tenant_version};
