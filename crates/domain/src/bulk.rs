//! Bulk loading: inserts the rows of an organization without commands, for demo data.

use std::sync::Arc;

use outlay_entity::{Table, tenant::member};
use outlay_tenancy::{Tenant, TenantConnection};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ModelTrait, PaginatorTrait, QueryFilter,
    Statement,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{Error, Outlay, Result};

/// Rows for each statement, which keeps its text at a few megabytes.
const CHUNK: usize = 5_000;

/// A transaction that loads rows into one organization. Dropped without [`commit`](Self::commit), it writes nothing.
///
/// Nothing is authorized, validated or audited, and no event is published: the caller provides rows that commands
/// could have written. The constraints of the database apply.
pub struct BulkLoad(TenantConnection);

impl Outlay {
    /// Begins to load rows into an organization.
    #[must_use]
    pub fn bulk_load(&self, tenant: &Arc<Tenant>) -> BulkLoad {
        BulkLoad(self.tenancy().write_shared(tenant))
    }
}

impl BulkLoad {
    /// The number of rows in a table.
    ///
    /// # Errors
    /// The database's own.
    pub async fn count<E>(&self) -> Result<u64>
    where
        E: EntityTrait<Model: Send + Sync>,
    {
        Ok(E::find().count(&self.0).await?)
    }

    /// The ids of all rows in a table, in ascending order.
    ///
    /// # Errors
    /// The database's own.
    pub async fn ids<E: Table>(&self) -> Result<Vec<Uuid>> {
        let table = name::<E>();
        let sql = format!("SELECT id FROM {table} ORDER BY id");
        let rows = self
            .0
            .query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
        let ids = rows.await?.into_iter().map(|row| row.try_get("", "id"));
        Ok(ids.collect::<std::result::Result<_, _>>()?)
    }

    /// The member of this user.
    ///
    /// # Errors
    /// `NotFound` when the user is not a member.
    pub async fn member(&self, user: Uuid) -> Result<member::Model> {
        let member = member::Entity::find().filter(member::Column::UserId.eq(user));
        member.one(&self.0).await?.ok_or(Error::NotFound {
            noun: "member",
            field: None,
        })
    }

    /// Inserts rows, thousands with each statement.
    ///
    /// # Errors
    /// The database's own, such as a violated constraint.
    pub async fn insert<M: ModelTrait + Serialize>(&self, rows: &[M]) -> Result<()> {
        // The fields of a model have the names of the columns.
        let table = name::<M::Entity>();
        let sql = format!(
            "INSERT INTO {table}
             SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)"
        );
        for chunk in rows.chunks(CHUNK) {
            let rows =
                serde_json::to_string(chunk).map_err(|error| Error::internal(error.to_string()))?;
            let insert = Statement::from_sql_and_values(DbBackend::Postgres, &sql, [rows.into()]);
            self.0.execute_raw(insert).await?;
        }
        Ok(())
    }

    /// Updates the planner's statistics of a table, so that the first queries get the same plans as later ones.
    ///
    /// # Errors
    /// The database's own.
    pub async fn analyze<E: EntityTrait>(&self) -> Result<()> {
        let table = name::<E>();
        self.0
            .execute_unprepared(&format!("ANALYZE {table}"))
            .await?;
        Ok(())
    }

    /// Commits the rows.
    ///
    /// # Errors
    /// The database's own.
    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }
}

/// The quoted name of an entity's table, with the placeholder for the schema.
fn name<E: EntityTrait>() -> String {
    let entity = E::default();
    let schema = entity.schema_name().unwrap_or_default();
    format!(r#""{schema}"."{}""#, entity.table_name())
}
