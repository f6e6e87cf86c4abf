//! How much one organization or one address may ask for.

use futures::future::join_all;
use outlay_tests::{Org, Said, Server, database_url, outcomes, server, sign_up, unique};
use serde_json::{Value, json};

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

/// An attempt to sign in, to an account that no other test tries.
fn guess() -> Value {
    let email = format!("{}@nobody.example", unique("u"));
    json!({
        "query": "mutation($input: SignInInput!) { signIn(input: $input) { errors { code } } }",
        "variables": { "input": { "email": email, "password": "a guess, a guess" } },
    })
}

#[tokio::test]
async fn an_address_pays_for_credentials_also_with_a_token_of_an_organization() {
    let org = Org::at(&server().await.client(), "EUR").await;
    let limited = Server::start(&database_url().await, &["--address-rate", "1/5"]).await;
    let owner = org.owner.at(&limited.url);
    let mut statuses = Vec::new();
    for _ in 0..9 {
        statuses.push(post(&owner, &guess()).await.status);
    }
    assert_eq!(statuses[..5], [200; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
    let refused = join_all((0..3).map(|_| async { post(&owner, &guess()).await })).await;
    let refused = refused.iter().find(|got| got.status == 429);
    let refused = refused.expect("the bucket is empty");
    assert_eq!(refused.code(), "RATE_LIMITED");
    let wait = &refused.body["errors"][0]["extensions"]["retryAfter"];
    assert_eq!(refused.header("retry-after"), wait.to_string());
    // What members do is the organization's, however many share an address.
    let read = json!({ "query": "{ expenses(first: 1) { totalCount } }" });
    for _ in 0..30 {
        assert_eq!(post(&owner, &read).await.status, 200);
    }
}

#[tokio::test]
async fn every_operation_of_a_batch_a_socket_and_an_event_stream_pays() {
    let org = Org::at(&server().await.client(), "EUR").await;
    for transport in ["batch", "socket", "events"] {
        let arguments = ["--address-rate", "1/5", "--max-batch", "20"];
        let limited = Server::start(&database_url().await, &arguments).await;
        let owner = org.owner.at(&limited.url);
        let guesses: Vec<Value> = (0..15).map(|_| guess()).collect();
        let answers: Vec<Value> = match transport {
            "batch" => {
                let got = post(&owner, &json!(guesses)).await;
                got.body.as_array().expect("a list").clone()
            }
            "socket" => {
                let mut socket = owner.connect().await;
                for (index, guess) in guesses.iter().enumerate() {
                    let document = guess["query"].as_str().expect("a document");
                    let id = index.to_string();
                    let variables = guess["variables"].clone();
                    socket.subscribe(&id, document, variables).await;
                }
                let mut answers = Vec::new();
                while answers.len() < guesses.len() {
                    let Said::Message(message) = socket.next().await else {
                        panic!("the socket stays open");
                    };
                    match message["type"].as_str() {
                        Some("next") => answers.push(message["payload"].clone()),
                        Some("error") => answers.push(json!({ "errors": message["payload"] })),
                        _ => {}
                    }
                }
                answers
            }
            _ => {
                let streams = guesses.iter().map(|guess| async {
                    let document = guess["query"].as_str().expect("a document");
                    let mut events = owner.listen(document, guess["variables"].clone()).await;
                    events.next().await.expect("an event").data
                });
                join_all(streams).await
            }
        };
        let refused = answers.iter().filter(|answer| {
            let extensions = &answer["errors"][0]["extensions"];
            extensions["code"] == "RATE_LIMITED" && extensions["retryAfter"].is_u64()
        });
        let refused = refused.count();
        let checked = answers
            .iter()
            .filter(|answer| answer["data"]["signIn"].is_object())
            .count();
        assert_eq!(refused + checked, 15, "{transport}: {answers:?}");
        // One more for each second that it takes.
        assert!((5..=10).contains(&checked), "{transport}: {checked}");
    }
}

#[tokio::test]
async fn an_address_pays_for_what_costs_more_than_a_sign_in_as_for_several() {
    let arguments = ["--address-rate", "1/6"];
    let limited = Server::start(&database_url().await, &arguments).await;
    let email = format!("{}@users.example", unique("u"));
    let user = sign_up(&limited.client(), &email, "Una").await;
    // About 200 points: as much as four requests.
    let dear = json!({ "query": "{ viewer { user { organizations(first: 100) { nodes { id settings { overBudget } } } } } }" });
    let statuses = join_all((0..4).map(|_| async { post(&user, &dear).await.status }));
    let statuses = statuses.await;
    let answered = statuses.iter().filter(|status| **status == 200).count();
    assert!(answered <= 2, "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
}
