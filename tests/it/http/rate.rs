//! How much one organization or one address may ask for.

use futures::future::join_all;
use outlay_tests::{Org, Server, database_url, outcomes, server};
use serde_json::json;

use super::post;

#[tokio::test]
async fn an_organization_that_uses_up_its_points_waits_and_no_other_does() {
    let client = server().await.client();
    let (greedy, modest) = (Org::at(&client, "EUR").await, Org::at(&client, "EUR").await);
    let limited = Server::start(&database_url().await, &["--tenant-rate", "1/200"]).await;
    let (greedy, modest) = (greedy.owner.at(&limited.url), modest.owner.at(&limited.url));
    // Dear enough that the clock does not matter.
    let query = json!({ "query": "{ expenses(first: 63) { nodes { id } } }" });
    let first = post(&greedy, &query).await;
    assert_eq!(
        (first.status, first.header("ratelimit-limit")),
        (200, "200")
    );
    let remaining: u32 = first
        .header("ratelimit-remaining")
        .parse()
        .expect("a number");
    assert!((100..=130).contains(&remaining), "{remaining}");
    assert_eq!(post(&greedy, &query).await.status, 200);
    let refused = post(&greedy, &query).await;
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"));
    let wait: u32 = refused.header("retry-after").parse().expect("a number");
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(post(&modest, &query).await.status, 200);
}

#[tokio::test]
async fn an_organization_has_so_many_operations_under_way() {
    let org = Org::at(&server().await.client(), "EUR").await;
    let arguments = ["--tenant-concurrency", "2", "--connections", "1"];
    let limited = Server::start(&database_url().await, &arguments).await;
    let owner = org.owner.at(&limited.url);
    let tries = (0..40).map(|_| owner.run("{ expenses(first: 100) { totalCount } }", json!({})));
    let (answered, refused) = outcomes(&join_all(tries).await, "RATE_LIMITED");
    assert_eq!(answered + refused, 40);
    assert!(
        answered >= 2 && refused > 0,
        "{answered} answered, {refused} refused"
    );
    let later = owner
        .run("{ expenses(first: 100) { totalCount } }", json!({}))
        .await;
    assert!(later.errors().is_empty(), "it is free again");
}

#[tokio::test]
async fn an_address_that_guesses_passwords_waits() {
    let arguments = ["--address-rate", "1/5", "--trusted-proxies", "1"];
    let limited = Server::start(&database_url().await, &arguments).await;
    let from = |address: &str| limited.client().with_header("x-forwarded-for", address);
    let guess = json!({
        "query": "mutation($input: SignInInput!) { signIn(input: $input) { errors { code } } }",
        "variables": { "input": { "email": "nobody@example.com", "password": "a guess, a guess" } },
    });
    let mut statuses = Vec::new();
    for _ in 0..9 {
        statuses.push(post(&from("6.6.6.6"), &guess).await.status);
    }
    assert_eq!(statuses[..5], [200; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    // What the client itself says about where it comes from does not help.
    let refused = post(&from("1.2.3.4, 6.6.6.6"), &guess).await;
    assert_eq!((refused.status, refused.code()), (429, "RATE_LIMITED"));
    assert_eq!(post(&from("7.7.7.7"), &guess).await.status, 200);
}
