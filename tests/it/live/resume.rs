//! Nothing is lost with a connection, and nothing is told twice: readers that come and go while many write, commits
//! that come in another order than their numbers, listeners that are cut off.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::{StreamExt, stream};
use outlay_tests::{
    Client, Org, Server, ask, connect, database_url, execute, expense, new_database, second_server,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::{CHANGES, changes, cursor};

const IDS: &str =
    "subscription($after: String) { expenseChanged(after: $after) { cursor expenseId } }";

/// Inserts an event of an expense that need not be there.
fn event(schema: &str, subject: &str) -> String {
    format!(
        "INSERT INTO {schema}.audit_event (id, action, subject_id, version)
         VALUES (gen_random_uuid(), 'expense.create', '{subject}', 1)"
    )
}

#[tokio::test]
async fn what_commits_after_a_later_number_is_told_all_the_same_and_once() {
    let org = Org::new().await;
    let schema = org.schema().await;
    let mut stays = changes(&org.owner).await;
    let mut leaves = changes(&org.owner).await;
    // It takes its number first, and commits last.
    let mut slow = connect(&database_url().await).await;
    let mut transaction = slow.begin().await.expect("a transaction");
    let insert = event(&schema, "01990b2e-7d1c-7000-8000-000000000001");
    transaction
        .execute(AssertSqlSafe(insert))
        .await
        .expect("inserted");
    org.expense("Fast", "1").await;
    let told = leaves.told("expenseChanged").await;
    assert_eq!(told["expense"]["merchant"], "Fast");
    assert_eq!(stays.told("expenseChanged").await["cursor"], told["cursor"]);
    drop(leaves);
    transaction.commit().await.expect("committed");
    let variables = json!({ "after": told["cursor"] });
    let mut back = org.owner.listen(CHANGES, variables).await;
    let late = back.told("expenseChanged").await;
    assert_eq!(late["expense"], Value::Null, "the slow one: {late}");
    // Whoever stayed is told too, with the next wake.
    org.expense("Next", "1").await;
    assert_eq!(
        stays.told("expenseChanged").await["expenseId"],
        late["expenseId"]
    );
    for events in [&mut stays, &mut back] {
        assert_eq!(
            events.told("expenseChanged").await["expense"]["merchant"],
            "Next"
        );
    }
}

/// Reads what is told, in order, coming back with the last cursor each time, until this has been told.
async fn read_in_pieces(
    clients: [Client; 2],
    mut after: Value,
    last: Arc<AtomicBool>,
) -> Vec<String> {
    let mut told = Vec::new();
    for round in 0_usize.. {
        let is_over = last.load(Ordering::SeqCst);
        let client = &clients[round % 2];
        let mut events = client.listen(IDS, json!({ "after": after })).await;
        let pause = std::time::Duration::from_millis(if is_over { 1_500 } else { 20 });
        // A few at a time, so that it leaves in the midst of what is ready for it.
        for _ in 0..=round % 7 * 4 {
            let Some(event) = events.within(pause).await else {
                break;
            };
            let change = &event.data["data"]["expenseChanged"];
            assert_eq!(event.id, change["cursor"], "{event:?}");
            told.push(change["expenseId"].as_str().expect("an id").to_owned());
            after = change["cursor"].clone();
        }
        if is_over && events.within(pause).await.is_none() {
            break;
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_come_and_go_while_many_write_miss_nothing_and_are_told_nothing_twice() {
    let org = Org::new().await;
    let there = org.owner.at(&second_server().await.url);
    let clients = [org.owner.clone(), there];
    let start = cursor(&org.owner).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for _ in 0..3 {
        readers.push(tokio::spawn(read_in_pieces(
            clients.clone(),
            start.clone(),
            over.clone(),
        )));
    }
    let mut stays = org.owner.listen(IDS, json!({ "after": start })).await;
    let writes = stream::iter(0..400).map(|index: usize| {
        let client = clients[index % 2].clone();
        async move {
            let mut input = expense(&format!("Shop {index}"), "1");
            if index.is_multiple_of(3) {
                // Takes its number long before its row is written.
                input["idempotencyKey"] = json!(format!("key {index}"));
            }
            let made = client.must("createExpense", input, "expense { id }").await;
            made["expense"]["id"].as_str().expect("an id").to_owned()
        }
    });
    let mut written: Vec<String> = writes.buffer_unordered(24).collect().await;
    over.store(true, Ordering::SeqCst);
    written.sort();
    for reader in readers {
        let mut told = reader.await.expect("a reader");
        told.sort();
        assert_eq!(told, written);
    }
    let mut told = Vec::new();
    for _ in &written {
        let change = stays.told("expenseChanged").await;
        told.push(change["expenseId"].as_str().expect("an id").to_owned());
    }
    told.sort();
    assert_eq!(told, written);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_its_cursor_and_what_is_told_after_it_are_the_whole() {
    let org = Org::new().await;
    let writing = {
        let client = org.owner.clone();
        tokio::spawn(async move {
            let writes = stream::iter(0..150).map(|index| {
                let client = client.clone();
                async move {
                    client
                        .must(
                            "createExpense",
                            expense(&format!("Shop {index}"), "1"),
                            "expense { id }",
                        )
                        .await
                }
            });
            writes.buffer_unordered(8).for_each(async |_| {}).await;
        })
    };
    let mut looks = Vec::new();
    while !writing.is_finished() {
        let document = "{ expenses(first: 100) { totalCount } eventCursor }";
        let answer = org.owner.run(document, json!({})).await;
        looks.push((
            answer.data("expenses.totalCount"),
            answer.data("eventCursor"),
        ));
    }
    writing.await.expect("written");
    looks.dedup();
    for (count, after) in looks.iter().step_by(looks.len().div_ceil(10).max(1)) {
        let mut events = org.owner.listen(IDS, json!({ "after": after })).await;
        let missing = 150 - count.as_u64().expect("a count");
        for _ in 0..missing {
            events.told("expenseChanged").await;
        }
        let more = events.within(std::time::Duration::from_millis(100)).await;
        assert_eq!(more, None, "{count} were seen");
    }
}

#[tokio::test]
async fn a_subscriber_that_falls_behind_reads_the_log_itself() {
    const MANY: usize = 33_500;
    let org = Org::new().await;
    let schema = org.schema().await;
    let after = cursor(&org.owner).await;
    let document = "subscription($after: String) { expenseChanged(after: $after) { version } }";
    let mut events = org.owner.listen(document, json!({ "after": after })).await;
    org.expense("First", "1").await;
    assert_eq!(events.told("expenseChanged").await["version"], 1);
    // More pages at once than are kept for anybody.
    execute(&format!(
        "INSERT INTO {schema}.audit_event (id, action, subject_id, version, recorded_at)
         SELECT gen_random_uuid(), 'expense.update', '01990b2e-7d1c-7000-8000-000000000001', n,
                now() - interval '1 minute' + n * interval '1 microsecond'
         FROM generate_series(1, {MANY}) AS n"
    ))
    .await;
    org.expense("Last", "1").await;
    for version in 1..=MANY {
        let told = events.told("expenseChanged").await;
        assert_eq!(told["version"], version);
    }
    assert_eq!(events.told("expenseChanged").await["version"], 1);
}

#[tokio::test]
async fn a_listener_that_is_cut_off_comes_back_and_nothing_is_lost_or_doubled() {
    let database = new_database().await;
    let (here, there) = (
        Server::start(&database, &[]).await,
        Server::start(&database, &[]).await,
    );
    let org = Org::at(&here.client(), "EUR").await;
    let far = org.owner.at(&there.url);
    let mut streams = [changes(&org.owner).await, changes(&far).await];
    for round in 0..5 {
        let mut owner = connect(&database).await;
        let cut: i64 = sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .fetch_one(&mut owner)
        .await
        .expect("a count");
        assert_eq!(cut, 2, "one listener a server");
        let merchant = format!("Round {round}");
        let client = [&org.owner, &far][round % 2];
        client
            .must("createExpense", expense(&merchant, "1"), "expense { id }")
            .await;
        for events in &mut streams {
            assert_eq!(
                events.told("expenseChanged").await["expense"]["merchant"],
                merchant
            );
        }
        // The directory is followed again as well, before the next cut.
        outlay_tests::soon("both listen again", async || {
            let mut owner = connect(&database).await;
            let listening = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'";
            let count: i64 = sqlx::query_scalar(listening)
                .fetch_one(&mut owner)
                .await
                .expect("a count");
            count == 2
        })
        .await;
    }
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn what_nobody_has_notified_is_told_when_the_listener_comes_back() {
    let database = new_database().await;
    let server = Server::start(&database, &[]).await;
    let org = Org::at(&server.client(), "EUR").await;
    let mut events = changes(&org.owner).await;
    org.expense("Before", "1").await;
    events.told("expenseChanged").await;
    let mut owner = connect(&database).await;
    let schema = "SELECT schema_name FROM outlay.organization";
    let schema: String = sqlx::query_scalar(schema)
        .fetch_one(&mut owner)
        .await
        .expect("a schema");
    let unheard = event(&schema, "01990b2e-7d1c-7000-8000-000000000001");
    owner
        .execute(AssertSqlSafe(unheard))
        .await
        .expect("inserted");
    let silence = std::time::Duration::from_millis(300);
    assert_eq!(events.within(silence).await, None);
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    owner.execute(cut).await.expect("cut off");
    let told = events.within(std::time::Duration::from_secs(5)).await;
    assert!(told.is_some(), "not before it looks without a reason");
    server.stop().await;
}

#[tokio::test]
async fn subscribers_hold_no_connection_while_they_wait() {
    let database = new_database().await;
    let server = Server::start(&database, &["--connections", "2"]).await;
    let org = Org::at(&server.client(), "EUR").await;
    let mut streams = Vec::new();
    for _ in 0..30 {
        streams.push(changes(&org.owner).await);
    }
    for round in 0..3 {
        let merchant = format!("Round {round}");
        org.owner
            .must("createExpense", expense(&merchant, "1"), "expense { id }")
            .await;
        for events in &mut streams {
            assert_eq!(
                events.told("expenseChanged").await["expense"]["merchant"],
                merchant
            );
        }
    }
    let mut owner = connect(&database).await;
    let open: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
         AND usename = 'outlay_request' AND state LIKE 'idle in%'",
    )
    .fetch_one(&mut owner)
    .await
    .expect("a count");
    assert_eq!(open, 0);
    server.stop().await;
}

#[tokio::test]
async fn a_write_costs_no_statement_more_for_being_told() {
    let org = Org::new().await;
    let mut events = changes(&org.owner).await;
    let answer = org
        .owner
        .mutate("createExpense", expense("Café", "1"), "expense { id }")
        .await;
    events.told("expenseChanged").await;
    let statements = outlay_tests::server()
        .await
        .statements(&answer.request_id)
        .await;
    let [write] = &statements[..] else {
        panic!("{statements:#?}")
    };
    for table in ["expense", "audit_event"] {
        let insert = format!("INSERT INTO \"{{tenant}}\".\"{table}\"");
        assert_eq!(write.matches(&insert).count(), 1, "{write}");
    }
    let kept: i64 = ask("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'").await;
    assert!(kept > 0);
}
