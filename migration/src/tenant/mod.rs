//! Migrations of a tenant's schema: batches of SQL in which [`PLACEHOLDER`] stands for the schema.
//!
//! To add one: create `NNNN_what_it_does.sql` beside this file, append it to [`TENANT_MIGRATIONS`] and add new tables
//! to [`TENANT_TABLES`]. Migrations only expand: a server of the previous version must continue to work with the
//! result.

/// The placeholder for the schema name in tenant SQL, quoted in the same way as in the entities' SQL.
pub const PLACEHOLDER: &str = "\"{tenant}\"";

/// One migration of a tenant's schema.
#[derive(Debug, Clone, Copy)]
pub struct TenantMigration {
    /// A short description, which is part of the file name.
    pub name: &'static str,
    /// The batch of SQL, with [`PLACEHOLDER`] in place of the schema.
    pub sql: &'static str,
}

/// All migrations, oldest first. A tenant's version is the number of migrations applied to it.
pub const TENANT_MIGRATIONS: &[TenantMigration] = &[
    TenantMigration {
        name: "create",
        sql: include_str!("0001_create.sql"),
    },
    TenantMigration {
        name: "log_events",
        sql: include_str!("0002_log_events.sql"),
    },
    TenantMigration {
        name: "comment_expenses",
        sql: include_str!("0003_comment_expenses.sql"),
    },
];

/// All tables of a tenant. Rights are granted by table name, because `GRANT … ON ALL TABLES` reads the whole catalog.
pub const TENANT_TABLES: &[&str] = &[
    "account",
    "audit_event",
    "budget",
    "category",
    "department",
    "expense",
    "expense_comment",
    "idempotency_key",
    "import",
    "invitation",
    "member",
    "settings",
];

/// The version of a tenant after all migrations.
#[must_use]
pub fn tenant_version() -> i32 {
    i32::try_from(TENANT_MIGRATIONS.len()).unwrap_or(i32::MAX)
}
