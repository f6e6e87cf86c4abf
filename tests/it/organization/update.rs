//! Changing organizations.

use outlay_tests::{Org, outcomes, unique};
use serde_json::json;

const CHANGED: &str = "organization { name slug businessEmail brandColor version settings { overBudget fiscalYearStart } }";

#[tokio::test]
async fn what_is_left_out_stays_and_null_removes() {
    let org = Org::new().await;
    let input = json!({
        "version": 1, "name": "Neu GmbH", "businessEmail": "Hello@Example.org", "brandColor": "#0a7f5c",
        "overBudget": "BLOCK", "fiscalYearStart": 4,
    });
    let changed =
        org.owner.must("updateOrganization", input, CHANGED).await["organization"].clone();
    let expected = json!({
        "name": "Neu GmbH", "slug": org.slug, "businessEmail": "hello@example.org", "brandColor": "#0a7f5c",
        "version": 2, "settings": { "overBudget": "BLOCK", "fiscalYearStart": 4 },
    });
    assert_eq!(changed, expected);
    let input = json!({ "version": 2, "businessEmail": null });
    let changed =
        org.owner.must("updateOrganization", input, CHANGED).await["organization"].clone();
    assert_eq!(
        (&changed["businessEmail"], &changed["version"]),
        (&json!(null), &json!(3))
    );
    assert_eq!(changed["settings"], expected["settings"]);
}

#[tokio::test]
async fn a_change_of_a_stale_version_is_a_conflict() {
    let org = Org::new().await;
    org.owner
        .must(
            "updateOrganization",
            json!({ "version": 1, "name": "One" }),
            CHANGED,
        )
        .await;
    for version in [0, 1, 3, -1, i32::MAX] {
        let input = json!({ "version": version, "name": "Two", "overBudget": "BLOCK" });
        let answer = org.owner.mutate("updateOrganization", input, CHANGED).await;
        assert_eq!(answer.codes(), ["CONFLICT"], "{version}");
        assert_eq!(answer.data("updateOrganization.errors.0.field"), "version");
    }
    let answer = org
        .owner
        .run(
            "{ organization { name settings { overBudget } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer.data("organization"),
        json!({ "name": "One", "settings": { "overBudget": "ALLOW" } })
    );
}

#[tokio::test]
async fn of_ten_changes_at_once_of_one_version_one_is_made() {
    let org = Org::new().await;
    let attempts = (0..10).map(|n| {
        let input = json!({ "version": 1, "name": format!("Name {n}") });
        org.owner.mutate("updateOrganization", input, CHANGED)
    });
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(outcomes(&answers, "CONFLICT"), (1, 9));
}

#[tokio::test]
async fn a_slug_of_another_organization_is_a_conflict() {
    let (org, other) = (Org::new().await, Org::new().await);
    let input = json!({ "version": 1, "slug": other.slug, "name": "Thief" });
    let answer = org.owner.mutate("updateOrganization", input, CHANGED).await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    assert_eq!(answer.data("updateOrganization.errors.0.field"), "slug");
    let answer = org
        .owner
        .run("{ organization { slug name } }", json!({}))
        .await;
    assert_eq!(
        answer.data("organization"),
        json!({ "slug": org.slug, "name": "Test Ltd" })
    );
}

#[tokio::test]
async fn only_owners_and_admins_change_it() {
    let org = Org::new().await;
    for (role, code) in [
        ("ADMIN", None),
        ("FINANCE", Some("FORBIDDEN")),
        ("VIEWER", Some("FORBIDDEN")),
    ] {
        let answer = org
            .owner
            .run("{ organization { version } }", json!({}))
            .await;
        let input =
            json!({ "version": answer.data("organization.version"), "name": unique("Name") });
        let answer = org
            .member(role)
            .await
            .mutate("updateOrganization", input, CHANGED)
            .await;
        assert_eq!(answer.codes().first().map(String::as_str), code, "{role}");
    }
}

#[tokio::test]
async fn wrong_values_are_named() {
    let org = Org::new().await;
    for (field, value) in [
        ("name", json!("")),
        ("slug", json!("Not A Slug")),
        ("fiscalYearStart", json!(0)),
        ("fiscalYearStart", json!(13)),
        ("fiscalYearStart", json!(100_000)),
        ("brandColor", json!("red; background: url(x)")),
        ("logoUrl", json!("javascript:alert(1)")),
        ("businessPhone", json!("0")),
    ] {
        let answer = org
            .owner
            .mutate(
                "updateOrganization",
                json!({ "version": 1, field: value }),
                CHANGED,
            )
            .await;
        assert_eq!(answer.codes(), ["INVALID"], "{field}: {}", answer.body);
        assert_eq!(answer.data("updateOrganization.errors.0.field"), field);
    }
}
