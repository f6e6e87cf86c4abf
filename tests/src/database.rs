//! Direct access to the database, without the server.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres};

use crate::{Org, database_url, within};

/// Opens a connection. With [`database_url`] it has the rights of the database's owner.
///
/// # Panics
/// If the connection fails.
pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

/// Runs statements on the shared server's database.
///
/// # Panics
/// If a statement fails.
pub async fn execute(sql: &str) {
    let mut connection = connect(&database_url().await).await;
    let batch = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    batch.execute(&mut connection).await.expect(sql);
}

/// Runs a query on the shared server's database and returns the values of the first column.
///
/// # Panics
/// If the query fails.
pub async fn ask_all<T>(sql: &str) -> Vec<T>
where
    T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres> + Send + Unpin,
{
    let mut connection = connect(&database_url().await).await;
    let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
    query.fetch_all(&mut connection).await.expect(sql)
}

/// Runs a query on the shared server's database and returns its one value.
///
/// # Panics
/// If the query fails or returns no row.
pub async fn ask<T>(sql: &str) -> T
where
    T: for<'r> sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres> + Send + Unpin,
{
    ask_all(sql).await.pop().expect(sql)
}

/// Waits until no backend of the request role satisfies this condition on `pg_stat_activity`. Running requests and
/// closing connections have five seconds to finish.
///
/// # Panics
/// If one still does after five seconds.
pub async fn no_transactions(url: &str, condition: &str) {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'outlay_request' AND {condition}"
    );
    within(
        Duration::from_secs(5),
        "requests leave no transaction open",
        async || {
            let mut connection = connect(url).await;
            let query = sqlx::query_scalar(AssertSqlSafe(sql.clone()));
            let open: i64 = query.fetch_one(&mut connection).await.expect("a count");
            open == 0
        },
    )
    .await;
}

impl Org {
    /// The name of the organization's schema.
    pub async fn schema(&self) -> String {
        ask(&format!(
            "SELECT schema_name FROM outlay.organization WHERE slug = '{}'",
            self.slug
        ))
        .await
    }

    /// Counts the rows of a table in the organization's schema that satisfy a condition.
    pub async fn count(&self, table: &str, condition: &str) -> i64 {
        let schema = self.schema().await;
        ask(&format!(
            "SELECT count(*) FROM {schema}.{table} WHERE {condition}"
        ))
        .await
    }
}
