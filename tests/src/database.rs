//! What the database itself says, past the server.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres};

use crate::{Org, database_url};

/// A connection as the owner of everything.
///
/// # Panics
/// When there is none to be had.
pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

/// Runs statements on the shared server's database.
///
/// # Panics
/// When one fails.
pub async fn execute(sql: &str) {
    let mut connection = connect(&database_url().await).await;
    let batch = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    batch.execute(&mut connection).await.expect(sql);
}

/// The values of the first column that a query answers on the shared server's database.
///
/// # Panics
/// When it fails.
pub async fn ask_all<T>(sql: &str) -> Vec<T>
where
    T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres> + Send + Unpin,
{
    let mut connection = connect(&database_url().await).await;
    let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
    query.fetch_all(&mut connection).await.expect(sql)
}

/// The one value that a query answers on the shared server's database.
///
/// # Panics
/// When it fails, or answers none.
pub async fn ask<T>(sql: &str) -> T
where
    T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres> + Send + Unpin,
{
    ask_all(sql).await.pop().expect(sql)
}

impl Org {
    /// The name of its schema.
    pub async fn schema(&self) -> String {
        ask(&format!(
            "SELECT schema_name FROM outlay.organization WHERE slug = '{}'",
            self.slug
        ))
        .await
    }

    /// How many rows a table of its schema has where this holds.
    pub async fn count(&self, table: &str, condition: &str) -> i64 {
        let schema = self.schema().await;
        ask(&format!(
            "SELECT count(*) FROM {schema}.{table} WHERE {condition}"
        ))
        .await
    }
}
