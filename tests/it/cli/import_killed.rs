//! An import that is cut off: all of it or nothing.

use std::{fmt::Write as _, time::Duration};

use outlay_tests::{Org, Server, within};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};

use super::{PATIENCE, database, directory, nothing_runs};

const IMPORT: &str = "mutation ($input: ImportExpensesInput!) {
    importExpenses(input: $input) { import { status importedRows } errors { code field message } } }";

fn file(lines: usize) -> Vec<u8> {
    let mut text = String::from("Date,Amount,Merchant,Category\n");
    for line in 0..lines {
        let (day, cents) = (1 + line % 28, line % 100);
        writeln!(
            text,
            "2026-01-{day:02},{line}.{cents:02},Merchant {line},Category {}",
            line % 7
        )
        .expect("text");
    }
    text.into_bytes()
}

async fn number(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
        .fetch_one(connection)
        .await
        .expect(sql)
}

/// Whether a transaction is writing rows of expenses at this moment.
const WRITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE backend_xid IS NOT NULL AND query ILIKE '%expense%' AND pid <> pg_backend_pid()";

#[tokio::test]
async fn an_import_cut_off_at_any_moment_has_imported_nothing() {
    let directory = directory();
    let mut server = Server::start_embedded(directory.path()).await;
    let org = Org::at(&server.client(), "EUR").await;
    let variables = json!({ "input": {
        "file": null, "currencyCode": "EUR", "createMissing": true,
        "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Merchant", "category": "Category" },
    } });
    let large = file(200_000);
    for delay in [0, 50, 400] {
        let owner = org.owner.at(&server.url);
        let (given, content) = (variables.clone(), large.clone());
        let upload =
            tokio::spawn(async move { owner.upload(IMPORT, given, "large.csv", content).await });
        let watch = tokio::sync::Mutex::new(database(directory.path()).await);
        within(PATIENCE * 2, "rows are written", async || {
            number(&mut *watch.lock().await, WRITING).await > 0
        })
        .await;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        let under_way = number(&mut *watch.lock().await, WRITING).await;
        server.kill();
        assert!(upload.await.is_err(), "it got no answer");
        assert!(
            under_way > 0,
            "it was cut off while it wrote, after {delay} ms"
        );
        nothing_runs(directory.path()).await;

        server = Server::start_embedded(directory.path()).await;
        let mut connection = database(directory.path()).await;
        let sql = format!(
            "SELECT count(*) FROM outlay.organization WHERE slug = '{}'",
            org.slug
        );
        assert_eq!(number(&mut connection, &sql).await, 1);
        let schema: String =
            sqlx::query_scalar("SELECT schema_name FROM outlay.organization WHERE slug = $1")
                .bind(&org.slug)
                .fetch_one(&mut connection)
                .await
                .expect("a schema");
        for table in ["expense", "import", "category", "audit_event"] {
            let count = number(
                &mut connection,
                &format!("SELECT count(*) FROM {schema}.{table}"),
            )
            .await;
            assert_eq!(count, 0, "{table} after {delay} ms");
        }
    }
    // Nothing of what was cut off stands in the way of the same file.
    let answer = org
        .owner
        .at(&server.url)
        .upload(IMPORT, variables, "large.csv", file(1_000))
        .await;
    assert_eq!(
        answer.data("importExpenses.import.importedRows"),
        1_000,
        "{}",
        answer.body
    );
    assert_eq!(server.terminate().await, Some(0));
}
