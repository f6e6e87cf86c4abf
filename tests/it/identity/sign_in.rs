//! Signing in, and what the session is bound to.

use outlay_tests::{Org, PASSWORD, execute, server, unique};
use serde_json::json;

use super::{SESSION, VIEWER, bearer, new_user, sign_in};

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_answer_alike() {
    let client = server().await.client();
    let (_, email) = new_user(&client).await;
    let attempt = |email: String, password: &str| {
        client.mutate(
            "signIn",
            json!({ "email": email, "password": password }),
            SESSION,
        )
    };
    let wrong = attempt(email, "not the password").await;
    let unknown = attempt(format!("{}@nobody.example", unique("u")), PASSWORD).await;
    assert_eq!(wrong.data("signIn.errors.0.code"), "UNAUTHENTICATED");
    assert_eq!(wrong.data("signIn.session"), json!(null));
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
}

#[tokio::test]
async fn a_password_too_short_or_too_long_to_be_one_is_wrong_not_invalid() {
    let client = server().await.client();
    let (_, email) = new_user(&client).await;
    for password in [
        String::new(),
        "x".into(),
        "x".repeat(100_000),
        "null\0".into(),
    ] {
        let answer = client
            .mutate(
                "signIn",
                json!({ "email": email, "password": password }),
                SESSION,
            )
            .await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
    }
}

#[tokio::test]
async fn a_session_is_bound_to_the_only_organization() {
    let org = Org::new().await;
    let client = org.owner.anonymous();
    let session = sign_in(&client, &org.owner_email.to_uppercase(), None).await;
    let answer = bearer(&client, &session).run(VIEWER, json!({})).await;
    assert_eq!(answer.data("viewer.organization.slug"), org.slug.as_str());
}

#[tokio::test]
async fn a_session_of_a_user_with_two_organizations_is_bound_to_the_one_asked_for_or_to_none() {
    let first = Org::new().await;
    let client = first.owner.anonymous();
    let slug = unique("org");
    let input = json!({ "name": "Second", "slug": slug, "baseCurrency": "EUR" });
    first
        .owner
        .must("createOrganization", input, "organization { id }")
        .await;
    for (asked, bound) in [
        (None, None),
        (Some(&first.slug), Some(&first.slug)),
        (Some(&slug), Some(&slug)),
    ] {
        let session = sign_in(&client, &first.owner_email, asked.map(String::as_str)).await;
        let answer = bearer(&client, &session).run(VIEWER, json!({})).await;
        let organization = bound.map(|slug| json!({ "slug": slug }));
        assert_eq!(answer.data("viewer.organization"), json!(organization));
    }
}

#[tokio::test]
async fn an_organization_of_others_and_one_that_is_not_there_are_both_not_found() {
    let (org, other) = (Org::new().await, Org::new().await);
    let client = org.owner.anonymous();
    let mut bodies = Vec::new();
    for slug in [&other.slug, &unique("none")] {
        let input = json!({ "email": org.owner_email, "password": PASSWORD, "organization": slug });
        let answer = client.mutate("signIn", input, SESSION).await;
        assert_eq!(answer.data("signIn.errors.0.code"), "NOT_FOUND");
        assert_eq!(answer.data("signIn.errors.0.field"), "organization");
        bodies.push(answer.body);
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn a_deactivated_member_is_no_member_to_sign_in_as() {
    let org = Org::new().await;
    let (user, email) = new_user(&org.owner.anonymous()).await;
    let invited = org
        .owner
        .must(
            "inviteMember",
            json!({ "email": email, "role": "MEMBER" }),
            "invitation { link }",
        )
        .await;
    let link = invited["invitation"]["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    let input = json!({ "token": link.rsplit('/').next() });
    let joined = user
        .must("acceptInvitation", input, "member { id version }")
        .await["member"]
        .clone();
    org.owner
        .must("deactivateMember", joined, "member { status }")
        .await;
    let input = json!({ "email": email, "password": PASSWORD, "organization": org.slug });
    let answer = user.anonymous().mutate("signIn", input, SESSION).await;
    assert_eq!(answer.codes(), ["NOT_FOUND"]);
    let session = sign_in(&user.anonymous(), &email, None).await;
    let answer = bearer(&user, &session).run(VIEWER, json!({})).await;
    assert_eq!(answer.data("viewer.organization"), json!(null));
}

#[tokio::test]
async fn an_expired_session_is_not_refreshed() {
    let client = server().await.client();
    let (_, email) = new_user(&client).await;
    let session = sign_in(&client, &email, None).await;
    execute(&format!(
        r#"UPDATE outlay.session SET expires_at = now() WHERE user_id = (SELECT id FROM outlay."user" WHERE email = '{email}')"#
    ))
    .await;
    let input = json!({ "refreshToken": session["refreshToken"] });
    assert_eq!(
        client
            .mutate("refreshSession", input, SESSION)
            .await
            .codes(),
        ["UNAUTHENTICATED"]
    );
}
