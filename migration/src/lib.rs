//! Migrations of the shared schema and of every tenant's schema.
//!
//! The shared schema is migrated by sea-orm-migration, once a database. A tenant's migrations are batches of SQL
//! with a placeholder schema, because thousands of tenants each take them in one round trip and one transaction:
//! the same batches provision a new tenant and bring an old one forward (`tests/it/tenancy/provisioning.rs` proves
//! that both ways end in the same tables).

mod shared;
mod tenant;

pub use shared::{SHARED_SCHEMA, SharedMigrator, prepare_shared_schema};
pub use tenant::{PLACEHOLDER, TENANT_MIGRATIONS, TENANT_TABLES, TenantMigration, tenant_version};
