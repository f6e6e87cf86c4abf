//! Guessing passwords: each account answers ever more slowly, whoever it belongs to, and its owner is not kept out.

use std::time::Duration;

use futures::future::join_all;
use outlay_tests::{Answer, Client, Org, PASSWORD, Server, database_url, server, unique, within};
use serde_json::{Value, json};

use super::{SESSION, new_user};

/// Wrong passwords that are answered without a delay.
const FREE: usize = 10;

/// A server that believes `X-Forwarded-For`, so that a test can come from many networks.
async fn behind_a_proxy() -> Server {
    let arguments = ["--address-rate", "0", "--trusted-proxies", "1"];
    Server::start(&database_url().await, &arguments).await
}

async fn sign_in(client: &Client, email: &str, password: &str) -> Answer {
    let input = json!({ "email": email, "password": password });
    client.mutate("signIn", input, SESSION).await
}

async fn guess(client: &Client, email: &str) -> Vec<String> {
    sign_in(client, email, "a guess, a guess").await.codes()
}

#[tokio::test]
async fn an_account_is_delayed_after_wrong_passwords_whether_or_not_it_exists() {
    let server = behind_a_proxy().await;
    let client = server.client().with_header("x-forwarded-for", "192.0.2.1");
    let (_, email) = new_user(&server.client()).await;
    for email in [email, format!("{}@nobody.example", unique("u"))] {
        for _ in 0..FREE {
            assert_eq!(guess(&client, &email).await, ["UNAUTHENTICATED"]);
        }
        // The same address in other letters.
        let refused = sign_in(&client, &email.to_uppercase(), PASSWORD).await;
        assert_eq!(refused.errors(), ["RATE_LIMITED"], "{}", refused.body);
        assert_eq!(refused.data("signIn"), Value::Null);
        let wait = &refused.body["errors"][0]["extensions"]["retryAfter"];
        assert_eq!(wait, 1, "{}", refused.body);
        let other = format!("{}@nobody.example", unique("u"));
        assert_eq!(guess(&client, &other).await, ["UNAUTHENTICATED"]);
    }
}

#[tokio::test]
async fn the_answer_says_when_to_try_again_and_the_right_password_works_then() {
    let server = behind_a_proxy().await;
    let client = server.client().with_header("x-forwarded-for", "192.0.2.1");
    let (_, email) = new_user(&server.client()).await;
    for _ in 0..FREE {
        guess(&client, &email).await;
    }
    let document =
        "mutation($input: SignInInput!) { signIn(input: $input) { session { expiresAt } } }";
    let body = json!({
        "query": document, "variables": { "input": { "email": email, "password": PASSWORD } },
    });
    let response = client
        .request(reqwest::Method::POST, "/graphql")
        .json(&body);
    let response = response.send().await.expect("an answer");
    assert_eq!(response.headers()["retry-after"], "1");
    within(Duration::from_secs(5), "the owner is let in", async || {
        sign_in(&client, &email, PASSWORD).await.codes().is_empty()
    })
    .await;
    // What failed before is forgiven.
    for _ in 0..FREE {
        assert_eq!(guess(&client, &email).await, ["UNAUTHENTICATED"]);
    }
}

#[tokio::test]
async fn an_owner_on_another_network_is_not_kept_out_by_a_guesser() {
    let server = behind_a_proxy().await;
    let from = |address: &str| server.client().with_header("x-forwarded-for", address);
    let (_, email) = new_user(&server.client()).await;
    let guesser = from("192.0.2.1");
    let attempts = join_all((0..40).map(|_| guess(&guesser, &email)));
    let codes = attempts.await.concat();
    let checked = codes.iter().filter(|code| *code == "UNAUTHENTICATED");
    assert!(checked.count() <= FREE + 2, "{codes:?}");
    let owner = sign_in(&from("192.0.2.2"), &email, PASSWORD).await;
    assert!(owner.codes().is_empty(), "{}", owner.body);
    // Addresses of one subscriber of IPv6 are one network.
    for index in 0..FREE {
        guess(&from(&format!("2001:db8::{index}")), &email).await;
    }
    let refused = guess(&from("2001:db8::ffff"), &email).await;
    assert_eq!(refused, ["RATE_LIMITED"]);
}

#[tokio::test]
async fn an_invitation_is_no_way_around_the_delay() {
    let server = behind_a_proxy().await;
    let client = server.client().with_header("x-forwarded-for", "192.0.2.1");
    let org = Org::at(&server.client(), "EUR").await;
    let (_, email) = new_user(&server.client()).await;
    let input = json!({ "email": email, "role": "MEMBER" });
    let invited = org
        .owner
        .must("inviteMember", input, "invitation { link }")
        .await;
    let link = invited["invitation"]["link"].as_str().expect("a link");
    let input = json!({ "token": link.rsplit('/').next(), "password": "a guess, a guess" });
    for _ in 0..FREE {
        let answer = client
            .mutate("acceptInvitation", input.clone(), "member { id }")
            .await;
        assert_eq!(answer.codes(), ["INVALID"]);
    }
    let answer = client
        .mutate("acceptInvitation", input, "member { id }")
        .await;
    assert_eq!(answer.codes(), ["RATE_LIMITED"]);
    assert_eq!(
        sign_in(&client, &email, PASSWORD).await.codes(),
        ["RATE_LIMITED"]
    );
}

#[tokio::test]
async fn one_operation_is_one_guess_and_nothing_runs_of_one_that_makes_two() {
    let org = Org::at(&server().await.client(), "EUR").await;
    let email = format!("{}@twice.example", unique("u"));
    let sign_up = format!(
        "signUp(input: {{ email: \"{email}\", password: \"{PASSWORD}\", displayName: \"Una\" }}) {{ errors {{ code }} }}"
    );
    let sign_in = format!(
        "signIn(input: {{ email: \"{email}\", password: \"{PASSWORD}\" }}) {{ errors {{ code }} }}"
    );
    let refresh = "refreshSession(input: { refreshToken: \"x\" }) { errors { code } }";
    for document in [
        format!("mutation {{ a: {sign_up} b: {sign_in} }}"),
        format!("mutation {{ a: {sign_up} b: {sign_up} }}"),
        format!("mutation {{ {sign_up} {refresh} }}"),
        format!("mutation {{ {sign_up} ...F }} fragment F on Mutation {{ {refresh} }}"),
        format!("mutation {{ {sign_up} ... on Mutation @skip(if: true) {{ {refresh} }} }}"),
        format!(
            "mutation($no: Boolean = false) {{ {sign_up} ... @include(if: $no) {{ {refresh} }} }}"
        ),
    ] {
        for client in [&org.owner, &org.owner.anonymous()] {
            // Known documents too.
            for _ in 0..2 {
                let answer = client.run(&document, json!({})).await;
                assert_eq!(answer.errors(), ["LIMIT_EXCEEDED"], "{document}");
                let extensions = &answer.body["errors"][0]["extensions"];
                assert_eq!(extensions["limit"], "credentials");
                assert_eq!(
                    (&extensions["maximum"], &extensions["actual"]),
                    (&json!(1), &json!(2))
                );
                assert!(answer.body.get("data").is_none_or(Value::is_null));
            }
        }
    }
    let both = format!("mutation {{ {sign_up} signOut {{ errors {{ code }} }} }}");
    let answer = org.owner.run(&both, json!({})).await;
    assert!(
        answer.codes().is_empty(),
        "it did not run before: {}",
        answer.body
    );
}
