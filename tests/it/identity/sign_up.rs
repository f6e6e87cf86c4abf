//! Signing up.

use outlay_tests::{PASSWORD, ask, outcomes, server, unique};
use serde_json::json;

use super::{SESSION, VIEWER, new_user};

#[tokio::test]
async fn a_new_user_is_signed_in_and_bound_to_no_organization() {
    let client = server().await.client();
    let (user, email) = new_user(&client).await;
    let answer = user.run(VIEWER, json!({})).await;
    assert_eq!(answer.data("viewer.user.email"), email.as_str());
    assert_eq!(answer.data("viewer.organization"), json!(null));
    let answer = user
        .run("{ expenses(first: 1) { totalCount } }", json!({}))
        .await;
    assert_eq!(answer.errors(), ["TENANT_REQUIRED"]);
}

#[tokio::test]
async fn an_address_has_one_account_whatever_its_case() {
    let client = server().await.client();
    let (_, email) = new_user(&client).await;
    let input =
        json!({ "email": email.to_uppercase(), "password": PASSWORD, "displayName": "Again" });
    let answer = client.mutate("signUp", input, "user { id }").await;
    assert_eq!(answer.data("signUp.errors.0.code"), "CONFLICT");
    assert_eq!(answer.data("signUp.errors.0.field"), "email");
    assert_eq!(answer.data("signUp.user"), json!(null));
}

#[tokio::test]
async fn one_address_signed_up_ten_times_at_once_is_one_user() {
    let client = server().await.client();
    let email = format!("{}@users.example", unique("u"));
    let input = json!({ "email": email, "password": PASSWORD, "displayName": "Una" });
    let attempts = (0..10).map(|_| client.mutate("signUp", input.clone(), "user { id }"));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(outcomes(&answers, "CONFLICT"), (1, 9));
    let users: i64 = ask(&format!(
        r#"SELECT count(*) FROM outlay."user" WHERE email = '{email}'"#
    ))
    .await;
    assert_eq!(users, 1);
}

#[tokio::test]
async fn a_password_is_ten_characters_at_least_and_kept_as_a_hash_alone() {
    let client = server().await.client();
    let email = format!("{}@users.example", unique("u"));
    let sign_up = |password: String| {
        let input = json!({ "email": email, "password": password, "displayName": "Una" });
        client.mutate("signUp", input, SESSION)
    };
    for password in ["", "123456789", &"x".repeat(201), "with a null\0 byte"] {
        let answer = sign_up(password.to_owned()).await;
        assert_eq!(answer.codes(), ["INVALID"], "{password:?}");
        assert_eq!(answer.data("signUp.errors.0.field"), "password");
    }
    let password = "0123456789";
    assert!(sign_up(password.into()).await.codes().is_empty());
    let sql =
        format!(r#"SELECT row_to_json(u)::text FROM outlay."user" u WHERE email = '{email}'"#);
    let row: String = ask(&sql).await;
    assert!(
        row.contains("$argon2id$") && !row.contains(password),
        "{row}"
    );
}
