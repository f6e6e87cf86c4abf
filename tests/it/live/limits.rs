//! How long a connection is kept, and how much one may carry.

use std::time::{Duration, Instant};

use outlay_tests::{Network, Org, Said, Server, database_url, expense, numbered, within};
use serde_json::json;

use super::{CHANGES, PROTOCOL, changes, cursor};
use crate::identity::token::ending;

#[tokio::test]
async fn who_does_not_say_who_it_is_in_time_is_not_kept() {
    let server = Server::start(&database_url().await, &["--init-timeout", "1"]).await;
    let socket = server.client().socket(PROTOCOL, &[]).await;
    let mut socket = socket.expect("a connection");
    let start = Instant::now();
    assert_eq!(socket.next().await, Said::Closed(4408));
    let waited = start.elapsed();
    assert!((1..5).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test]
async fn who_gives_no_sign_of_life_is_given_up_and_who_does_is_kept() {
    let arguments = ["--keep-alive", "1", "--max-live-connections", "2"];
    let server = Server::start(&database_url().await, &arguments).await;
    let owner = Org::new().await.owner.at(&server.url);
    let network = Network::to(&server.url).await;
    let _lost = owner.at(&network.url).connect().await;
    let mut stays = owner.connect().await;
    assert_eq!(owner.socket(PROTOCOL, &[]).await.err(), Some(503));
    network.cut();
    let room = within(Duration::from_secs(10), "there is room", async || {
        owner.socket(PROTOCOL, &[]).await.is_ok()
    });
    tokio::select! {
        said = stays.wait() => panic!("{said:?}"),
        () = room => {}
    }
}

#[tokio::test]
async fn a_connection_has_so_many_operations_and_no_more() {
    let arguments = ["--max-operations-per-connection", "1"];
    let server = Server::start(&database_url().await, &arguments).await;
    let owner = Org::new().await.owner.at(&server.url);
    let mut socket = owner.connect().await;
    let slug = "{ organization { slug } }";
    socket.subscribe("1", CHANGES, json!({})).await;
    socket.subscribe("2", slug, json!({})).await;
    let refused = socket.heard("error", "2").await;
    assert_eq!(refused[0]["extensions"]["code"], "LIMIT_EXCEEDED");
    socket.send(r#"{"type":"complete","id":"1"}"#).await;
    socket.subscribe("2", slug, json!({})).await;
    socket.heard("next", "2").await;
    socket.heard("complete", "2").await;
}

#[tokio::test]
async fn who_reads_nothing_keeps_no_connection_to_the_database_from_others() {
    let arguments = ["--connections", "1", "--tenant-rate", "0"];
    let server = Server::start(&database_url().await, &arguments).await;
    let owner = Org::new().await.owner.at(&server.url);
    let mut long = expense("Shop", "1");
    long["description"] = json!("x".repeat(2_000));
    for _ in 0..50 {
        owner
            .must("createExpense", long.clone(), "expense { id }")
            .await;
    }
    let list = |index| format!("a{index}: expenses(first: 50) {{ nodes {{ description }} }} ");
    let much = format!("{{ {} }}", numbered(20, list));
    let mut socket = owner.connect().await;
    // More than the buffers on the way take.
    for id in 0..12 {
        socket.subscribe(&id.to_string(), &much, json!({})).await;
    }
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(5) {
        let answer = owner.run("{ categories(first: 1) { totalCount } }", json!({}));
        let answer = answer.await;
        assert!(answer.errors().is_empty(), "{}", answer.body);
    }
}

#[tokio::test]
async fn the_end_of_an_access_token_ends_what_was_subscribed_with_it() {
    let owner = Org::new().await.owner;
    let after = cursor(&owner).await;
    let client = ending(&owner, 3).await;
    let mut socket = client.connect().await;
    socket
        .subscribe("1", CHANGES, json!({ "after": after }))
        .await;
    let mut events = changes(&client).await;
    let ended = socket.heard("next", "1").await;
    assert_eq!(ended["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    socket.heard("complete", "1").await;
    assert_eq!(events.ended().await, ["UNAUTHENTICATED"]);
    // The session goes on, with another token.
    let mut events = owner.listen(CHANGES, json!({ "after": after })).await;
    owner
        .must("createExpense", expense("Next", "1"), "expense { id }")
        .await;
    assert_eq!(
        events.told("expenseChanged").await["expense"]["merchant"],
        "Next"
    );
}

#[tokio::test]
async fn the_end_of_an_access_token_closes_its_connection() {
    let server = Server::start(&database_url().await, &["--keep-alive", "1"]).await;
    let owner = Org::new().await.owner.at(&server.url);
    let mut socket = ending(&owner, 3).await.connect().await;
    assert_eq!(socket.next().await, Said::Closed(4403));
}
