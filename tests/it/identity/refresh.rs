//! Refresh tokens: each good for one use, and a second use ends the session.

use outlay_tests::{Client, Org, outcomes, second_server, server, soon};
use serde_json::{Value, json};

use super::{SESSION, VIEWER, bearer, is_let_in, new_user, sign_in};

async fn refresh(client: &Client, session: &Value) -> Value {
    let input = json!({ "refreshToken": session["refreshToken"] });
    client.must("refreshSession", input, SESSION).await["session"].clone()
}

async fn refresh_code(client: &Client, token: &Value) -> Vec<String> {
    let answer = client
        .mutate("refreshSession", json!({ "refreshToken": token }), SESSION)
        .await;
    assert_eq!(answer.data("refreshSession.session"), json!(null));
    answer.codes()
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_another_of_the_same_session() {
    let org = Org::new().await;
    let client = org.owner.anonymous();
    let mut session = sign_in(&client, &org.owner_email, None).await;
    for _ in 0..3 {
        let next = refresh(&client, &session).await;
        assert_ne!(next["refreshToken"], session["refreshToken"]);
        let answer = bearer(&client, &next).run(VIEWER, json!({})).await;
        assert_eq!(answer.data("viewer.organization.slug"), org.slug.as_str());
        session = next;
    }
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_session_on_every_server() {
    let (one, two) = (server().await.client(), second_server().await.client());
    let (_, email) = new_user(&one).await;
    let first = sign_in(&one, &email, None).await;
    let second = refresh(&one, &first).await;
    let other = sign_in(&one, &email, None).await;
    for client in [&one, &two] {
        assert!(is_let_in(&bearer(client, &second)).await);
    }
    assert_eq!(
        refresh_code(&one, &first["refreshToken"]).await,
        ["UNAUTHENTICATED"]
    );
    for client in [&one, &two] {
        for session in [&first, &second] {
            soon("the token is refused", async || {
                !is_let_in(&bearer(client, session)).await
            })
            .await;
        }
        assert_eq!(
            refresh_code(client, &second["refreshToken"]).await,
            ["UNAUTHENTICATED"]
        );
        assert!(
            is_let_in(&bearer(client, &other)).await,
            "another session of the user goes on"
        );
    }
}

#[tokio::test]
async fn of_ten_exchanges_at_once_one_is_done_at_most() {
    let client = server().await.client();
    let (_, email) = new_user(&client).await;
    let session = sign_in(&client, &email, None).await;
    let input = json!({ "refreshToken": session["refreshToken"] });
    let attempts = (0..10).map(|_| client.mutate("refreshSession", input.clone(), SESSION));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(outcomes(&answers, "UNAUTHENTICATED"), (1, 9));
    assert!(!is_let_in(&bearer(&client, &session)).await);
}

#[tokio::test]
async fn a_refresh_token_that_nobody_gave_is_refused() {
    let client = server().await.client();
    for token in ["", "x", "\0", &"A".repeat(43), &"A".repeat(100_000)] {
        assert_eq!(
            refresh_code(&client, &json!(token)).await,
            ["UNAUTHENTICATED"]
        );
    }
}
