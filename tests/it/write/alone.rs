//! A new expense is one statement where nothing has to be locked: the same row, the same event, once.

use outlay_tests::{Org, Server, ask, ask_all, connect, expense, new_database};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

const ALL: &str =
    "id version status merchant description reference spentOn exchangeRate createdAt updatedAt
    amount { amount currencyCode } baseAmount { amount currencyCode }
    category { id } department { id } budget { id } member { id }";

#[tokio::test]
async fn it_is_told_as_it_stands_and_recorded_as_in_a_transaction() {
    let org = Org::new().await;
    let mut input = expense("Café", "1");
    input["amount"] = json!({ "amount": "12.5", "currencyCode": "USD" });
    input["exchangeRate"] = json!("0.91");
    input["reference"] = json!("R-1");
    input["categoryId"] = json!(org.category("Travel").await);
    let selection = format!("expense {{ {ALL} }}");
    let made = org.owner.must("createExpense", input.clone(), &selection);
    let made = made.await["expense"].clone();
    let document = format!("query($id: ID!) {{ expense(id: $id) {{ {ALL} }} }}");
    let read = org.owner.run(&document, json!({ "id": made["id"] })).await;
    assert_eq!(read.data("expense"), made);
    // A key needs a transaction.
    input["idempotencyKey"] = json!("k");
    org.owner.must("createExpense", input, &selection).await;

    let schema = org.schema().await;
    let own = "- '{id,created_at,updated_at}'::text[]";
    let events = format!("{schema}.audit_event WHERE action = 'expense.create'");
    let sql = format!("SELECT DISTINCT (changes {own})::text FROM {events}");
    assert_eq!(ask_all::<String>(&sql).await.len(), 1);
    let sql = format!(
        "SELECT count(*) FROM {schema}.expense e JOIN {schema}.audit_event a ON a.subject_id = e.id
         WHERE a.version = e.version AND a.changes->>'rate' = e.rate::text
           AND a.changes->>'amount' = e.amount::text AND a.changes->>'base_amount' = e.base_amount::text
           AND (a.changes->>'created_at')::timestamptz = e.created_at"
    );
    assert_eq!(ask::<i64>(&sql).await, 2);
}

/// An organization on a database and a server of its own, with one connection for requests.
struct Lonely {
    server: Server,
    org: Org,
    owner: PgConnection,
    schema: String,
}

impl Lonely {
    async fn new() -> Self {
        let database = new_database().await;
        let server = Server::start(&database, &["--connections", "1"]).await;
        let org = Org::at(&server.client(), "EUR").await;
        org.expense("Before", "1").await;
        let mut owner = connect(&database).await;
        let schema = sqlx::query_scalar("SELECT schema_name FROM outlay.organization");
        let schema = schema.fetch_one(&mut owner).await.expect("a schema");
        Self {
            server,
            org,
            owner,
            schema,
        }
    }

    /// The process that serves the connection.
    async fn backend(&mut self) -> i32 {
        let backend = "SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'outlay_request'";
        let backend = sqlx::query_scalar(backend).fetch_one(&mut self.owner);
        backend.await.expect("one")
    }

    /// How many expenses there are, and how many events tell of a new one.
    async fn expenses(&mut self) -> (i64, i64) {
        let schema = &self.schema;
        let counts = format!(
            "SELECT (SELECT count(*) FROM {schema}.expense),
                    (SELECT count(*) FROM {schema}.audit_event WHERE action = 'expense.create')"
        );
        let counts = sqlx::query_as(AssertSqlSafe(counts)).fetch_one(&mut self.owner);
        counts.await.expect("counts")
    }
}

#[tokio::test]
async fn one_that_cannot_be_leaves_nothing_and_keeps_its_connection() {
    let mut lonely = Lonely::new().await;
    let before = lonely.backend().await;
    let stranger = Org::at(&lonely.server.client(), "EUR").await;
    let mut input = expense("After", "1");
    input["categoryId"] = json!(stranger.category("Travel").await);
    let refused = lonely
        .org
        .owner
        .mutate("createExpense", input, "expense { id }");
    assert_eq!(refused.await.codes(), ["NOT_FOUND"]);
    assert_eq!(lonely.backend().await, before);
    assert_eq!(lonely.expenses().await, (1, 1));
}

#[tokio::test]
async fn a_connection_that_was_lost_before_costs_nothing() {
    let mut lonely = Lonely::new().await;
    let kill = format!("SELECT pg_terminate_backend({})", lonely.backend().await);
    lonely
        .owner
        .execute(AssertSqlSafe(kill))
        .await
        .expect("it is lost");
    lonely.org.expense("After", "1").await;
    assert_eq!(lonely.expenses().await, (2, 2));
}

#[tokio::test]
async fn a_connection_that_is_lost_meanwhile_makes_none_twice() {
    let mut lonely = Lonely::new().await;
    let schema = &lonely.schema;
    let once = format!(
        "CREATE SEQUENCE public.times;
         CREATE FUNCTION public.break_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
             IF nextval('public.times') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
             RETURN NULL;
         END $$;
         CREATE TRIGGER break_once AFTER INSERT ON {schema}.expense
             FOR EACH ROW EXECUTE FUNCTION public.break_once()"
    );
    lonely
        .owner
        .execute(AssertSqlSafe(once))
        .await
        .expect("a trigger");
    lonely.org.expense("After", "1").await;
    assert_eq!(lonely.expenses().await, (2, 2));
    let times = sqlx::query_scalar::<_, i64>("SELECT last_value FROM public.times");
    assert_eq!(
        times.fetch_one(&mut lonely.owner).await.expect("a number"),
        2
    );
}
