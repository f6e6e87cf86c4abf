//! How large a response may be, by every way that one is sent.

use outlay_tests::{Client, Org, Server, database_url, server};
use serde_json::{Value, json};

use super::{get, post};

/// The limit of these tests.
const MAXIMUM: u64 = 4_000;

/// A query whose response has about so many bytes.
fn query(bytes: usize) -> String {
    let aliases: Vec<_> = (0..20)
        .map(|index| format!("{}{index}: slug", "a".repeat(bytes / 20)))
        .collect();
    format!("{{ organization {{ {} }} }}", aliases.join(" "))
}

async fn limited() -> (Server, Client) {
    let org = Org::at(&server().await.client(), "EUR").await;
    let maximum = MAXIMUM.to_string();
    let arguments = ["--max-response-bytes", &maximum, "--max-batch", "4"];
    let limited = Server::start(&database_url().await, &arguments).await;
    let owner = org.owner.at(&limited.url);
    (limited, owner)
}

#[track_caller]
fn assert_too_large(errors: &Value) {
    let expected =
        json!({ "code": "LIMIT_EXCEEDED", "limit": "responseBytes", "maximum": MAXIMUM });
    assert_eq!(errors[0]["extensions"], expected, "{errors}");
}

#[tokio::test]
async fn a_response_over_the_limit_is_an_error_without_data() {
    let (_server, owner) = limited().await;
    let (small, large) = (query(1_000), query(6_000));
    for (document, fits) in [(&small, true), (&large, false)] {
        let posted = post(&owner, &json!({ "query": document })).await;
        let gotten = get(&owner, &[("query", document)], &[]).await;
        let strict = [("accept", "application/graphql-response+json")];
        let strict = get(&owner, &[("query", document)], &strict).await;
        for got in [&posted, &gotten, &strict] {
            assert_eq!(got.body.get("data").is_some(), fits, "{}", got.body);
            if !fits {
                assert_too_large(&got.body["errors"]);
            }
        }
        assert_eq!((posted.status, gotten.status), (200, 200));
        assert_eq!(strict.status, if fits { 200 } else { 400 });
    }
}

#[tokio::test]
async fn the_responses_of_a_batch_share_the_limit() {
    let (_server, owner) = limited().await;
    let request = json!({ "query": query(1_000) });
    let got = post(&owner, &json!([request, request, request])).await;
    let answers = got.body.as_array().expect("a list");
    let fit: Vec<_> = answers
        .iter()
        .map(|one| one.get("data").is_some())
        .collect();
    assert_eq!(fit, [true, true, false], "{}", got.body);
    assert_too_large(&answers[2]["errors"]);
}

#[tokio::test]
async fn a_mutation_whose_response_is_too_large_has_taken_effect() {
    let (_server, owner) = limited().await;
    let names: Vec<_> = (0..20)
        .map(|index| format!("{}{index}: name", "a".repeat(300)))
        .collect();
    let document = format!(
        "mutation {{ createCategory(input: {{ name: \"Kept\" }}) {{ category {{ {} }} }} }}",
        names.join(" ")
    );
    let answer = owner.run(&document, json!({})).await;
    assert_too_large(&answer.body["errors"]);
    let answer = owner
        .run("{ categories(first: 1) { nodes { name } } }", json!({}))
        .await;
    assert_eq!(answer.data("categories.nodes.0.name"), "Kept");
}

#[tokio::test]
async fn messages_and_events_have_the_same_limit() {
    let (_server, owner) = limited().await;
    let mut socket = owner.connect().await;
    socket.subscribe("1", &query(6_000), json!({})).await;
    assert_too_large(&socket.heard("error", "1").await);
    socket.subscribe("1", &query(1_000), json!({})).await;
    socket.heard("next", "1").await;
    socket.heard("complete", "1").await;

    let mut events = owner.listen(&query(6_000), json!({})).await;
    let event = events.next().await.expect("an event");
    assert_eq!(event.data.get("data"), None);
    assert_too_large(&event.data["errors"]);
    let mut events = owner.listen(&query(1_000), json!({})).await;
    let event = events.next().await.expect("an event");
    assert!(event.data["data"]["organization"].is_object());
}
