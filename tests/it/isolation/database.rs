//! The database refuses too: what the role of requests may not do, whatever the server would ask for.

use outlay_tests::{Org, cluster, database_url};
use sqlx::{Connection, PgConnection, Row};

async fn as_requests() -> PgConnection {
    let url = cluster().await.url("outlay_request", "outlay");
    PgConnection::connect(&url)
        .await
        .expect("the role may sign in")
}

async fn as_owner() -> PgConnection {
    PgConnection::connect(&database_url().await)
        .await
        .expect("the owner may sign in")
}

async fn schema_of(slug: &str) -> String {
    let row = sqlx::query("SELECT schema_name FROM outlay.organization WHERE slug = $1")
        .bind(slug.to_owned());
    row.fetch_one(&mut as_owner().await)
        .await
        .expect("the organization")
        .get(0)
}

/// The SQLSTATE that a statement of the role of requests fails with.
async fn refusal(sql: &str) -> String {
    let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut as_requests().await)
        .await;
    match outcome {
        Ok(_) => "none".into(),
        Err(sqlx::Error::Database(error)) => error.code().unwrap_or_default().into_owned(),
        Err(error) => panic!("{sql}: {error}"),
    }
}

const FORBIDDEN: &str = "42501";
const UNDEFINED_TABLE: &str = "42P01";

#[tokio::test]
async fn the_role_of_requests_reads_no_credentials() {
    Org::new().await;
    for table in [
        "\"user\"",
        "session",
        "refresh_token",
        "signing_key",
        "organization",
        "membership",
    ] {
        assert_eq!(
            refusal(&format!("SELECT * FROM outlay.{table}")).await,
            FORBIDDEN,
            "{table}"
        );
    }
}

#[tokio::test]
async fn the_role_of_requests_creates_nothing_and_becomes_nobody_else() {
    let org = Org::new().await;
    let schema = schema_of(&org.slug).await;
    for sql in [
        "CREATE SCHEMA mine".to_owned(),
        "CREATE TABLE public.mine ()".to_owned(),
        format!("CREATE TABLE {schema}.mine ()"),
        format!("ALTER TABLE {schema}.expense ADD mine int"),
        format!("DROP TABLE {schema}.expense"),
        format!("TRUNCATE {schema}.expense"),
        "SET ROLE outlay".to_owned(),
        "CREATE ROLE mine".to_owned(),
    ] {
        assert_eq!(refusal(&sql).await, FORBIDDEN, "{sql}");
    }
}

#[tokio::test]
async fn the_audit_trail_can_be_added_to_and_not_rewritten() {
    let org = Org::new().await;
    let schema = schema_of(&org.slug).await;
    assert_eq!(
        refusal(&format!("UPDATE {schema}.audit_event SET action = 'x'")).await,
        FORBIDDEN
    );
    assert_eq!(
        refusal(&format!("DELETE FROM {schema}.audit_event")).await,
        FORBIDDEN
    );
}

#[tokio::test]
async fn a_statement_that_names_no_schema_finds_nothing() {
    Org::new().await;
    let mut owner = as_owner().await;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS public.expense (id int)")
        .execute(&mut owner)
        .await
        .expect("made");
    assert_eq!(refusal("SELECT * FROM expense").await, UNDEFINED_TABLE);
    assert_eq!(
        refusal("SELECT * FROM \"{tenant}\".expense").await,
        UNDEFINED_TABLE
    );
    sqlx::raw_sql("DROP TABLE public.expense")
        .execute(&mut owner)
        .await
        .expect("dropped");
}
