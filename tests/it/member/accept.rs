//! Accepting invitations.

use outlay_tests::{Org, PASSWORD, execute, outcomes, sign_up, unique};
use serde_json::{Value, json};

use super::{invite, invite_address};

const JOINED: &str = "member { id email displayName role } session { accessToken }";

fn newcomer(token: &str) -> Value {
    json!({ "token": token, "displayName": "Nora New", "password": PASSWORD })
}

#[tokio::test]
async fn a_new_user_joins_with_a_name_and_a_password_of_their_own() {
    let org = Org::new().await;
    let (email, token, _) = invite(&org, "FINANCE").await;
    let client = org.owner.anonymous();
    for missing in ["displayName", "password"] {
        let mut input = newcomer(&token);
        input[missing] = Value::Null;
        let answer = client.mutate("acceptInvitation", input, JOINED).await;
        assert_eq!(answer.codes(), ["INVALID"]);
        assert_eq!(answer.data("acceptInvitation.errors.0.field"), missing);
    }
    let joined = client
        .must("acceptInvitation", newcomer(&token), JOINED)
        .await;
    assert_eq!(joined["member"]["email"], email);
    assert_eq!(joined["member"]["role"], "FINANCE");
    let session = client.with_token(joined["session"]["accessToken"].as_str().expect("a token"));
    session
        .must(
            "createCategory",
            json!({ "name": "Travel" }),
            "category { id }",
        )
        .await;
    let input = json!({ "email": email, "password": PASSWORD, "organization": org.slug });
    client
        .must("signIn", input, "session { accessToken }")
        .await;
}

#[tokio::test]
async fn an_existing_user_joins_by_the_password_of_their_account() {
    let org = Org::new().await;
    let client = org.owner.anonymous();
    let email = format!("{}@known.example", unique("k"));
    sign_up(&client, &email, "Kay Known").await;
    let (token, _) = invite_address(&org, &email, "MEMBER").await;
    for password in [None, Some("not the password at all")] {
        let input = json!({ "token": token, "displayName": "Other", "password": password });
        let answer = client.mutate("acceptInvitation", input, JOINED).await;
        assert_eq!(answer.codes(), ["INVALID"], "{password:?}");
        assert_eq!(answer.data("acceptInvitation.errors.0.field"), "password");
    }
    assert_eq!(org.count("member", "true").await, 1);
    let joined = client
        .must("acceptInvitation", newcomer(&token), JOINED)
        .await;
    assert_eq!(
        joined["member"]["displayName"], "Kay Known",
        "an existing user keeps the name"
    );
}

#[tokio::test]
async fn a_signed_in_user_joins_without_a_password_but_only_by_an_invitation_of_their_own() {
    let org = Org::new().await;
    let client = org.owner.anonymous();
    let email = format!("{}@known.example", unique("k"));
    let known = sign_up(&client, &email, "Kay Known").await;
    let thief = sign_up(
        &client,
        &format!("{}@known.example", unique("k")),
        "Theo Thief",
    )
    .await;
    let (token, _) = invite_address(&org, &email, "ADMIN").await;
    let answer = thief
        .mutate("acceptInvitation", json!({ "token": token }), JOINED)
        .await;
    assert_eq!(answer.codes(), ["INVALID"]);
    let joined = known
        .must("acceptInvitation", json!({ "token": token }), JOINED)
        .await;
    assert_eq!(joined["member"]["email"], email);
    let again = known
        .mutate("acceptInvitation", json!({ "token": token }), JOINED)
        .await;
    assert_eq!(again.codes(), ["CONFLICT"]);
}

#[tokio::test]
async fn an_invitation_is_accepted_once_even_by_ten_at_once() {
    let org = Org::new().await;
    let (email, token, _) = invite(&org, "MEMBER").await;
    let client = org.owner.anonymous();
    let attempts = (0..10).map(|_| client.mutate("acceptInvitation", newcomer(&token), JOINED));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(outcomes(&answers, "CONFLICT"), (1, 9), "{answers:?}");
    assert_eq!(org.count("member", &format!("email = '{email}'")).await, 1);
    assert_eq!(
        org.count("audit_event", "action = 'member.accept_invitation'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_revoked_or_expired_invitation_lets_nobody_in_and_makes_no_user() {
    let org = Org::new().await;
    let client = org.owner.anonymous();
    let (revoked_email, revoked, invitation) = invite(&org, "MEMBER").await;
    org.owner
        .must("revokeInvitation", invitation, "invitation { status }")
        .await;
    let (expired_email, expired, _) = invite(&org, "MEMBER").await;
    let schema = org.schema().await;
    execute(&format!(
        "UPDATE {schema}.invitation SET expires_at = now() WHERE email = '{expired_email}'"
    ))
    .await;
    for (token, email, code) in [
        (revoked, revoked_email, "CONFLICT"),
        (expired, expired_email, "INVALID"),
    ] {
        let answer = client
            .mutate("acceptInvitation", newcomer(&token), JOINED)
            .await;
        assert_eq!(answer.codes(), [code]);
        assert_eq!(answer.data("acceptInvitation.errors.0.field"), "token");
        let sql = format!(r#"SELECT count(*) FROM outlay."user" WHERE email = '{email}'"#);
        assert_eq!(outlay_tests::ask::<i64>(&sql).await, 0);
    }
}

#[tokio::test]
async fn a_token_changed_in_any_place_is_none() {
    let org = Org::new().await;
    let (_, token, _) = invite(&org, "MEMBER").await;
    let client = org.owner.anonymous();
    let changed = (0..token.len()).step_by(5).map(|at| {
        let mut letters: Vec<char> = token.chars().collect();
        letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
        letters.into_iter().collect::<String>()
    });
    let wrong = [
        "",
        "x",
        "\0",
        &token[1..],
        &token[..token.len() - 1],
        &"A".repeat(64),
        &"A".repeat(100_000),
    ];
    for token in changed.chain(wrong.map(str::to_owned)) {
        let answer = client
            .mutate("acceptInvitation", newcomer(&token), JOINED)
            .await;
        assert_eq!(answer.codes(), ["INVALID"], "{token}");
        assert_eq!(answer.data("acceptInvitation.errors.0.field"), "token");
    }
    client
        .must("acceptInvitation", newcomer(&token), JOINED)
        .await;
}

#[tokio::test]
async fn who_left_comes_back_as_the_same_member_with_the_new_role() {
    let org = Org::new().await;
    let (email, token, _) = invite(&org, "ADMIN").await;
    let client = org.owner.anonymous();
    let first = client
        .must("acceptInvitation", newcomer(&token), JOINED)
        .await;
    let session = client.with_token(first["session"]["accessToken"].as_str().expect("a token"));
    let left = session
        .run(
            "mutation { leaveOrganization { leftId errors { code } } }",
            json!({}),
        )
        .await;
    assert_eq!(left.data("leaveOrganization.leftId"), first["member"]["id"]);
    let (token, _) = invite_address(&org, &email, "VIEWER").await;
    let second = client
        .must("acceptInvitation", newcomer(&token), JOINED)
        .await;
    assert_eq!(
        (&second["member"]["id"], &second["member"]["role"]),
        (&first["member"]["id"], &json!("VIEWER"))
    );
    let answer = session
        .mutate("createCategory", json!({ "name": "X" }), "category { id }")
        .await;
    assert_eq!(
        answer.errors(),
        ["FORBIDDEN"],
        "an older session has the new role too"
    );
}
