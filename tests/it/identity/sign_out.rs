//! Signing out.

use outlay_tests::{Server, database_url, second_server, server, soon};
use serde_json::json;

use super::{SESSION, bearer, is_let_in, new_user, sign_in};

#[tokio::test]
async fn signing_out_ends_the_session_on_every_server_and_no_other_session() {
    let (one, two) = (server().await.client(), second_server().await.client());
    let (_, email) = new_user(&one).await;
    let (session, other) = (
        sign_in(&one, &email, None).await,
        sign_in(&one, &email, None).await,
    );
    for client in [&one, &two] {
        assert!(is_let_in(&bearer(client, &session)).await);
    }
    let answer = bearer(&one, &session)
        .run(
            "mutation { signOut { signedOut errors { code } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer.data("signOut"),
        json!({ "signedOut": true, "errors": [] })
    );
    assert!(
        !is_let_in(&bearer(&one, &session)).await,
        "at once where it was asked for"
    );
    soon("the other server refuses", async || {
        !is_let_in(&bearer(&two, &session)).await
    })
    .await;
    for client in [&one, &two] {
        assert!(is_let_in(&bearer(client, &other)).await);
        let input = json!({ "refreshToken": session["refreshToken"] });
        assert_eq!(
            client
                .mutate("refreshSession", input, SESSION)
                .await
                .codes(),
            ["UNAUTHENTICATED"]
        );
    }
}

#[tokio::test]
async fn a_server_that_starts_later_knows_the_sessions_that_were_ended() {
    let client = server().await.client();
    let (user, _) = new_user(&client).await;
    user.run("mutation { signOut { signedOut } }", json!({}))
        .await;
    let late = Server::start(&database_url().await, &[]).await;
    assert!(!is_let_in(&user.at(&late.url)).await);
    late.stop().await;
}

#[tokio::test]
async fn nobody_signs_out_who_is_not_signed_in() {
    let answer = server()
        .await
        .client()
        .run("mutation { signOut { signedOut } }", json!({}))
        .await;
    assert_eq!(answer.errors(), ["UNAUTHENTICATED"]);
}
