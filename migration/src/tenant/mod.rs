//! Migrations of one tenant's schema: batches of SQL in which [`PLACEHOLDER`] stands for the schema.
//!
//! To add one: write `NNNN_what_it_does.sql` beside this file, append it to [`TENANT_MIGRATIONS`], add any new table
//! to [`TENANT_TABLES`]. Only expand: a server of the version before must go on working with the result.

/// The schema name that tenant SQL is written with, quoted as the entities quote it.
pub const PLACEHOLDER: &str = "\"{tenant}\"";

/// One step of a tenant's schema.
#[derive(Debug, Clone, Copy)]
pub struct TenantMigration {
    /// What the step does, in words that fit a file name.
    pub name: &'static str,
    /// The batch of SQL, with [`PLACEHOLDER`] where the schema goes.
    pub sql: &'static str,
}

/// All steps, oldest first. A tenant's version is the number of steps that it has taken.
pub const TENANT_MIGRATIONS: &[TenantMigration] = &[
    TenantMigration {
        name: "create",
        sql: include_str!("0001_create.sql"),
    },
    TenantMigration {
        name: "log_events",
        sql: include_str!("0002_log_events.sql"),
    },
];

/// Every table of a tenant: requests are granted these by name, since granting on all tables of a schema reads the
/// whole catalog.
pub const TENANT_TABLES: &[&str] = &[
    "account",
    "audit_event",
    "budget",
    "category",
    "department",
    "expense",
    "idempotency_key",
    "import",
    "invitation",
    "member",
    "settings",
];

/// The version that a tenant has after every step.
#[must_use]
pub fn tenant_version() -> i32 {
    i32::try_from(TENANT_MIGRATIONS.len()).unwrap_or(i32::MAX)
}
