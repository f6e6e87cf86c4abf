//! Making organizations.

use std::time::{Duration, Instant};

use outlay_tests::{Org, ask, outcomes, second_server, server, sign_up, unique};
use serde_json::{Value, json};

const MADE: &str = "organization { id slug shortCode status version } session { accessToken }";

fn input(slug: &str) -> Value {
    json!({ "name": "New Ltd", "slug": slug, "baseCurrency": "EUR" })
}

/// How many schemas, organizations and memberships there are of an owner.
async fn traces(email: &str) -> (i64, i64) {
    let memberships = format!(
        r#"SELECT count(*) FROM outlay.membership m JOIN outlay."user" u ON u.id = m.user_id WHERE u.email = '{email}'"#
    );
    let strays = "SELECT count(*) FROM pg_namespace n LEFT JOIN outlay.organization o ON o.schema_name = n.nspname
         WHERE n.nspname LIKE 't\\_%' AND o.id IS NULL";
    (ask(&memberships).await, ask(strays).await)
}

#[tokio::test]
async fn a_new_organization_can_be_used_at_once_on_every_server() {
    let (one, two) = (server().await.client(), second_server().await.client());
    let person = sign_up(&one, &format!("{}@o.example", unique("u")), "Olive").await;
    let slug = unique("org");
    let start = Instant::now();
    let made = person.must("createOrganization", input(&slug), MADE).await;
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    let code = made["organization"]["shortCode"].as_str().expect("a code");
    assert!(code.starts_with("ORG-") && code.len() == 8, "{code}");
    let owner = two.with_token(made["session"]["accessToken"].as_str().expect("a token"));
    let answer = owner
        .run(
            "{ organization { slug status } viewer { member { role } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer.data("organization"),
        json!({ "slug": slug, "status": "ACTIVE" })
    );
    assert_eq!(answer.data("viewer.member.role"), "OWNER");
    owner
        .must(
            "createDepartment",
            json!({ "name": "First" }),
            "department { id }",
        )
        .await;
}

#[tokio::test]
async fn a_taken_slug_is_a_conflict_and_leaves_nothing() {
    let org = Org::new().await;
    let email = format!("{}@o.example", unique("u"));
    let person = sign_up(&org.owner.anonymous(), &email, "Olive").await;
    let answer = person
        .mutate("createOrganization", input(&org.slug), MADE)
        .await;
    assert_eq!(answer.data("createOrganization.errors.0.code"), "CONFLICT");
    assert_eq!(answer.data("createOrganization.errors.0.field"), "slug");
    assert_eq!(answer.data("createOrganization.session"), json!(null));
    assert_eq!(traces(&email).await, (0, 0));
}

#[tokio::test]
async fn of_ten_at_once_with_one_slug_exactly_one_is_made() {
    let (one, two) = (server().await, second_server().await);
    let email = format!("{}@o.example", unique("u"));
    let person = sign_up(&one.client(), &email, "Olive").await;
    let slug = unique("org");
    let attempts = (0..10).map(|n| {
        let client = person.at(if n % 2 == 0 { &one.url } else { &two.url });
        let input = input(&slug);
        async move { client.mutate("createOrganization", input, MADE).await }
    });
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(outcomes(&answers, "CONFLICT"), (1, 9));
    assert_eq!(traces(&email).await, (1, 0));
}

#[tokio::test]
async fn what_is_no_slug_is_refused() {
    let org = Org::new().await;
    let long = "x".repeat(64);
    for slug in [
        "", " ", "a", "-ab", "ab-", "a_b", "a.b", "Ab", "a b", "café", "a\0b", "www", "api", &long,
    ] {
        let answer = org
            .owner
            .mutate("createOrganization", input(slug), MADE)
            .await;
        assert_eq!(
            answer.data("createOrganization.errors.0.code"),
            "INVALID",
            "{slug:?}"
        );
        assert_eq!(
            answer.data("createOrganization.errors.0.field"),
            "slug",
            "{slug:?}"
        );
    }
}

#[tokio::test]
async fn every_other_field_is_named_when_it_is_wrong() {
    let org = Org::new().await;
    for (field, value) in [
        ("baseCurrency", "ZZZ"),
        ("baseCurrency", "XXX"),
        ("name", " "),
        ("businessEmail", "nobody"),
        ("businessPhone", "call me"),
    ] {
        let mut input = input(&unique("org"));
        input[field] = json!(value);
        let answer = org.owner.mutate("createOrganization", input, MADE).await;
        assert_eq!(answer.codes(), ["INVALID"], "{field} {value:?}");
        assert_eq!(answer.data("createOrganization.errors.0.field"), field);
    }
}

#[tokio::test]
async fn nobody_makes_an_organization_who_is_not_signed_in() {
    let answer = server()
        .await
        .client()
        .mutate("createOrganization", input(&unique("org")), MADE)
        .await;
    assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
}
