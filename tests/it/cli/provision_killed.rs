//! Organizations that are being made when the power goes: complete or absent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use outlay_migration::TENANT_TABLES;
use outlay_tests::{Server, sign_up, unique, within};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::{PATIENCE, database, directory, nothing_runs};

/// The organizations whose schema is not there or lacks a table, an owner or the rules; and the schemas of none.
const HALVES: &str = "
    SELECT 'organization ' || o.slug FROM outlay.organization o
    WHERE (SELECT count(*) FROM pg_tables t WHERE t.schemaname = o.schema_name) <> $1
       OR NOT EXISTS (SELECT 1 FROM outlay.membership m WHERE m.organization_id = o.id)
    UNION ALL
    SELECT 'schema ' || n.nspname FROM pg_namespace n
    LEFT JOIN outlay.organization o ON o.schema_name = n.nspname
    WHERE n.nspname LIKE 't\\_%' AND o.id IS NULL";

#[tokio::test]
async fn organizations_being_made_when_the_server_is_killed_are_complete_or_absent() {
    let directory = directory();
    let mut server = Server::start_embedded(directory.path()).await;
    let person = sign_up(&server.client(), "maker@example.org", "Max Maker").await;
    let mut made = Vec::new();
    for _ in 0..4 {
        let answered = Arc::new(AtomicUsize::new(0));
        let makers = (0..3).map(|_| {
            let (person, answered) = (person.at(&server.url), answered.clone());
            tokio::spawn(async move {
                let mut made = Vec::new();
                let document = "mutation ($input: CreateOrganizationInput!) {
                    createOrganization(input: $input) { organization { slug } } }";
                loop {
                    let input =
                        json!({ "name": "N", "slug": unique("org"), "baseCurrency": "EUR" });
                    match person.try_run(document, json!({ "input": input })).await {
                        Ok(answer) => {
                            answered.fetch_add(1, Ordering::Relaxed);
                            made.push(answer.data("createOrganization.organization.slug"));
                        }
                        Err(_) => return made,
                    }
                }
            })
        });
        let makers: Vec<_> = makers.collect();
        within(PATIENCE, "one is made", async || {
            answered.load(Ordering::Relaxed) > 0
        })
        .await;
        // Others are under way at every moment from here on.
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..300))).await;
        server.kill();
        for maker in makers {
            made.extend(maker.await.expect("a maker"));
        }
        nothing_runs(directory.path()).await;

        server = Server::start_embedded(directory.path()).await;
        let mut connection = database(directory.path()).await;
        let tables = i64::try_from(TENANT_TABLES.len()).expect("a few");
        let halves: Vec<String> = sqlx::query_scalar(HALVES)
            .bind(tables)
            .fetch_all(&mut connection)
            .await
            .expect("an answer");
        assert_eq!(halves, [""; 0]);
        for slug in &made {
            let slug = slug.as_str().expect("every answer was a success");
            let sql = format!("SELECT count(*) FROM outlay.organization WHERE slug = '{slug}'");
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_one(&mut connection)
                .await
                .expect("an answer");
            assert_eq!(count, 1, "{slug} was answered");
        }
    }
    assert!(made.len() >= 4);
    let person = person.at(&server.url);
    for slug in [made.first(), made.last()].into_iter().flatten() {
        let session = person
            .must(
                "switchOrganization",
                json!({ "organization": slug }),
                "session { accessToken }",
            )
            .await;
        let owner = person.with_token(session["session"]["accessToken"].as_str().expect("a token"));
        let made: Value = owner
            .must(
                "createDepartment",
                json!({ "name": "Works" }),
                "department { id }",
            )
            .await;
        assert!(made["department"]["id"].is_string());
    }
    assert_eq!(server.terminate().await, Some(0));
}
