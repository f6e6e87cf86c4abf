//! Starting, stopping, and being killed, on the embedded database.

use outlay_tests::{Org, Server, expense};
use serde_json::json;

use super::{directory, nothing_runs, processes};

const COUNT: &str = "{ expenses(first: 1) { totalCount } }";

#[tokio::test]
async fn a_server_told_to_stop_ends_well_and_the_next_one_finds_its_data() {
    let directory = directory();
    let server = Server::start_embedded(directory.path()).await;
    let org = Org::at(&server.client(), "EUR").await;
    org.expense("Café", "4.50").await;
    assert!(
        processes(directory.path()).len() > 1,
        "a server and its PostgreSQL"
    );
    assert_eq!(server.terminate().await, Some(0));
    nothing_runs(directory.path()).await;
    let server = Server::start_embedded(directory.path()).await;
    let answer = org.owner.at(&server.url).run(COUNT, json!({})).await;
    assert_eq!(
        answer.data("expenses.totalCount"),
        1,
        "the token of before is good too: {}",
        answer.body
    );
    assert_eq!(server.terminate().await, Some(0));
    nothing_runs(directory.path()).await;
}

#[tokio::test]
async fn a_killed_server_leaves_no_process_and_loses_nothing_that_it_answered() {
    let directory = directory();
    let mut server = Server::start_embedded(directory.path()).await;
    let org = Org::at(&server.client(), "EUR").await;
    let mut answered = Vec::new();
    for _ in 0..3 {
        let owner = org.owner.at(&server.url);
        let writers = (0..4).map(|_| {
            let owner = owner.clone();
            tokio::spawn(async move {
                let mut answered = Vec::new();
                let document = "mutation ($input: CreateExpenseInput!) { createExpense(input: $input) { expense { id } } }";
                while let Ok(answer) = owner.try_run(document, json!({ "input": expense("Café", "1") })).await {
                    answered.push(answer.data("createExpense.expense.id"));
                }
                answered
            })
        });
        let writers: Vec<_> = writers.collect();
        tokio::time::sleep(std::time::Duration::from_millis(rand::random_range(
            200..600,
        )))
        .await;
        server.kill();
        for writer in writers {
            answered.extend(writer.await.expect("a writer"));
        }
        nothing_runs(directory.path()).await;
        server = Server::start_embedded(directory.path()).await;
    }
    assert!(
        answered.len() > 10 && answered.iter().all(serde_json::Value::is_string),
        "{answered:?}"
    );
    let owner = org.owner.at(&server.url);
    for ids in answered.chunks(100) {
        let answer = owner
            .run(
                "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                json!({ "ids": ids }),
            )
            .await;
        let found = answer.data("nodes");
        assert!(
            found
                .as_array()
                .expect("nodes")
                .iter()
                .all(serde_json::Value::is_object),
            "{found}"
        );
    }
    let total = owner
        .run(COUNT, json!({}))
        .await
        .data("expenses.totalCount")
        .as_u64()
        .expect("a count");
    let answered = answered.len() as u64;
    assert!(
        (answered..=answered + 12).contains(&total),
        "{total} rows of {answered} answered, 12 under way"
    );
    server.kill();
}
