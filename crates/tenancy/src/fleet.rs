//! Migration of all tenants to the newest schema version, one transaction for each tenant.

use futures::{StreamExt, stream};
use outlay_entity::shared::organization;
use outlay_migration::{TENANT_MIGRATIONS, tenant_version};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait, sea_query::Expr,
};

use crate::{Tenancy, TenancyError, Tenant, TenantRoles, qualify::qualify};

/// The outcome of the migration of one tenant.
#[derive(Debug)]
pub struct MigrationOutcome {
    /// The organization's slug.
    pub slug: String,
    /// The new version, or the error that kept the old one.
    pub result: Result<i32, DbErr>,
}

/// The outcome of the migration of all tenants.
#[derive(Debug, Default)]
pub struct FleetReport {
    /// Number of migrated tenants.
    pub migrated: usize,
    /// Tenants whose migration failed, each with the error. They are still served at their old version.
    pub failed: Vec<(String, DbErr)>,
}

impl Tenancy {
    /// The number of tenants with pending migrations.
    ///
    /// # Errors
    /// Database errors.
    pub async fn pending_migrations(&self) -> Result<u64, TenancyError> {
        use sea_orm::PaginatorTrait;
        Ok(self.behind().count(self.shared()).await?)
    }

    /// Migrates all tenants, up to `parallel` at a time but not more than there are control connections, and calls
    /// `each` after each tenant.
    ///
    /// A failed migration does not stop the others. Another call migrates the tenants that are still pending.
    ///
    /// # Errors
    /// When the list of tenants cannot be read.
    pub async fn migrate_tenants(
        &self,
        parallel: usize,
        mut each: impl FnMut(&MigrationOutcome),
    ) -> Result<FleetReport, TenancyError> {
        let tenants = self
            .behind()
            .order_by_asc(organization::Column::Id)
            .all(self.shared())
            .await?;
        // A migration that waits for a connection longer than the pool allows would count as failed.
        let most = usize::try_from(self.settings().control_connections).unwrap_or(usize::MAX);
        let mut outcomes = stream::iter(tenants)
            .map(async |row| {
                let result = self.migrate_tenant(&row).await;
                MigrationOutcome {
                    slug: row.slug,
                    result,
                }
            })
            .buffer_unordered(parallel.clamp(1, most.max(1)));
        let mut report = FleetReport::default();
        while let Some(outcome) = outcomes.next().await {
            each(&outcome);
            match outcome.result {
                Ok(_) => report.migrated += 1,
                Err(error) => report.failed.push((outcome.slug, error)),
            }
        }
        Ok(report)
    }

    async fn migrate_tenant(&self, row: &organization::Model) -> Result<i32, DbErr> {
        let transaction = self.shared().begin().await?;
        // Another process may be migrating the same tenant: wait for it, then read the version again.
        let locked = organization::Entity::find_by_id(row.id)
            .lock_exclusive()
            .one(&transaction)
            .await?;
        let Some(locked) = locked else {
            return Ok(row.schema_version);
        };
        let taken = usize::try_from(locked.schema_version).unwrap_or_default();
        let steps = TENANT_MIGRATIONS.get(taken..).unwrap_or_default();
        let tenant = Tenant::new(&locked);
        let batch: String = steps.iter().map(|step| step.sql).collect();
        transaction
            .execute_unprepared(&qualify(&(batch + &self.grants(&tenant)), tenant.schema()))
            .await?;
        let version = tenant_version();
        let moved = organization::ActiveModel {
            id: Set(row.id),
            schema_version: Set(version),
            ..Default::default()
        };
        moved.update(&transaction).await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// Tenants with a pending migration, or without the role that [`TenantRoles::PerTenant`] requires.
    fn behind(&self) -> sea_orm::Select<organization::Entity> {
        let mut lacking =
            Condition::any().add(organization::Column::SchemaVersion.lt(tenant_version()));
        if self.settings().tenant_roles == TenantRoles::PerTenant {
            lacking = lacking.add(Expr::cust(
                "NOT EXISTS (SELECT FROM pg_roles WHERE rolname = schema_name)",
            ));
        }
        organization::Entity::find().filter(lacking)
    }
}
