//! All tenants brought to the newest version, each in a transaction of its own.

use futures::{StreamExt, stream};
use outlay_entity::shared::organization;
use outlay_migration::{TENANT_MIGRATIONS, tenant_version};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait, sea_query::Expr,
};

use crate::{Tenancy, TenancyError, Tenant, TenantRoles, qualify::qualify};

/// How one tenant's migration ended.
#[derive(Debug)]
pub struct MigrationOutcome {
    /// The organization's slug.
    pub slug: String,
    /// The version it has now, or why it kept the old one.
    pub result: Result<i32, DbErr>,
}

/// How the fleet stands after a migration.
#[derive(Debug, Default)]
pub struct FleetReport {
    /// Tenants brought forward.
    pub migrated: usize,
    /// Tenants set aside, each with its reason; they are served at their old version.
    pub failed: Vec<(String, DbErr)>,
}

impl Tenancy {
    /// How many tenants are behind the newest version.
    ///
    /// # Errors
    /// The database's own.
    pub async fn pending_migrations(&self) -> Result<u64, TenancyError> {
        use sea_orm::PaginatorTrait;
        Ok(self.behind().count(self.shared()).await?)
    }

    /// Brings every tenant forward, `parallel` at a time, but at most as many as there are control connections, and calls `each` as each one ends.
    ///
    /// One that fails is set aside and the others go on; run again, it takes up what is left.
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
        // One that waits for a connection longer than the pool allows would count as failed.
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
        // Another process may be migrating the same tenant: wait for it, then look again.
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

    /// Tenants that lack a migration, or the role of their own that they are to have.
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
