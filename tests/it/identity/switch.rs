//! Going from one organization to another.

use outlay_tests::{Org, unique};
use serde_json::json;

use super::{SESSION, VIEWER, bearer};

#[tokio::test]
async fn a_user_goes_to_another_organization_and_the_old_session_goes_on() {
    let first = Org::new().await;
    let slug = unique("org");
    let input = json!({ "name": "Second", "slug": slug, "baseCurrency": "GBP" });
    first
        .owner
        .must("createOrganization", input, "organization { id }")
        .await;
    let switched = first
        .owner
        .must(
            "switchOrganization",
            json!({ "organization": slug }),
            SESSION,
        )
        .await;
    let second = bearer(&first.owner, &switched["session"]);
    for (client, slug) in [(&second, &slug), (&first.owner, &first.slug)] {
        let answer = client.run(VIEWER, json!({})).await;
        assert_eq!(answer.data("viewer.organization.slug"), slug.as_str());
    }
    first.expense("Café", "4.50").await;
    let answer = second
        .run("{ expenses(first: 1) { totalCount } }", json!({}))
        .await;
    assert_eq!(answer.data("expenses.totalCount"), 0);
}

#[tokio::test]
async fn nobody_goes_where_they_are_no_member() {
    let (org, other) = (Org::new().await, Org::new().await);
    for slug in [&other.slug, &unique("none")] {
        let answer = org
            .owner
            .mutate(
                "switchOrganization",
                json!({ "organization": slug }),
                SESSION,
            )
            .await;
        assert_eq!(answer.codes(), ["NOT_FOUND"]);
        assert_eq!(
            answer.data("switchOrganization.errors.0.field"),
            "organization"
        );
    }
    let input = json!({ "organization": org.slug });
    let answer = org
        .owner
        .anonymous()
        .mutate("switchOrganization", input, SESSION)
        .await;
    assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn token_header_and_host_must_name_the_same_organization() {
    let (org, other) = (Org::new().await, Org::new().await);
    let agreeing = org.owner.with_header("x-organization", &org.slug);
    assert!(agreeing.run(VIEWER, json!({})).await.errors().is_empty());
    for slug in [&other.slug, &unique("none")] {
        let answer = org
            .owner
            .with_header("x-organization", slug)
            .run(VIEWER, json!({}))
            .await;
        assert_eq!(answer.errors(), ["TENANT_MISMATCH"]);
    }
    let host = |slug: &str| org.owner.with_header("host", &format!("{slug}.localhost"));
    assert!(
        host(&org.slug)
            .run(VIEWER, json!({}))
            .await
            .errors()
            .is_empty()
    );
    assert_eq!(
        host(&other.slug).run(VIEWER, json!({})).await.errors(),
        ["TENANT_MISMATCH"]
    );
    let answer = host(&unique("none")).run(VIEWER, json!({})).await;
    assert_eq!(
        (answer.status, answer.errors()),
        (404, vec!["NOT_FOUND".to_owned()])
    );
}
