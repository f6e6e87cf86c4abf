//! What strangers see of an organization, and the list of a user's own.

use outlay_tests::{Org, unique};
use serde_json::{Value, json};

const PROFILE: &str = "query ($code: String!) {
    organizationProfile(shortCode: $code) { shortCode slug name brandColor logoUrl } }";

#[tokio::test]
async fn anybody_finds_an_organization_by_its_short_code_whatever_the_case() {
    let org = Org::new().await;
    let client = org.owner.anonymous();
    for code in [
        org.short_code.clone(),
        org.short_code.to_lowercase(),
        format!(" {} ", org.short_code),
    ] {
        let answer = client.run(PROFILE, json!({ "code": code })).await;
        let expected = json!({
            "shortCode": org.short_code, "slug": org.slug, "name": "Test Ltd", "brandColor": null, "logoUrl": null,
        });
        assert_eq!(answer.data("organizationProfile"), expected);
    }
    let answer = client.run(PROFILE, json!({ "code": "ZZZ-0000" })).await;
    assert_eq!(
        (answer.errors(), answer.data("organizationProfile")),
        (vec![], json!(null))
    );
}

#[tokio::test]
async fn a_profile_shows_what_a_sign_in_page_needs_and_nothing_else() {
    let org = Org::new().await;
    let document = r#"{ __type(name: "OrganizationProfile") { fields { name } } }"#;
    let answer = org.owner.run(document, json!({})).await;
    let fields = answer.data("__type.fields");
    let mut names: Vec<&str> = fields
        .as_array()
        .expect("fields")
        .iter()
        .filter_map(|field| field["name"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["brandColor", "logoUrl", "name", "shortCode", "slug"]
    );
    let answer = org
        .owner
        .anonymous()
        .run("{ organization { name } }", json!({}))
        .await;
    assert_eq!(answer.errors(), ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn a_users_organizations_are_paged_by_name() {
    let org = Org::new().await;
    let mut expected = vec![org.slug.clone()];
    for name in ["Able", "Baker", "Charlie", "Zulu"] {
        let slug = unique("org");
        let input = json!({ "name": name, "slug": slug, "baseCurrency": "EUR" });
        org.owner
            .must("createOrganization", input, "organization { id }")
            .await;
        expected.push(slug);
    }
    // By name: the first one is Test Ltd.
    expected.rotate_left(1);
    expected.swap(3, 4);
    let page = "query ($first: Int, $after: String, $last: Int, $before: String) { viewer { user {
        organizations(first: $first, after: $after, last: $last, before: $before) {
            totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { slug } } } } }";
    let slugs = |value: &Value| -> Vec<String> {
        let nodes = value["nodes"].as_array().expect("nodes");
        nodes
            .iter()
            .map(|node| node["slug"].as_str().expect("a slug").to_owned())
            .collect()
    };
    let (mut seen, mut after) = (Vec::new(), json!(null));
    loop {
        let answer = org
            .owner
            .run(page, json!({ "first": 2, "after": after }))
            .await;
        let list = answer.data("viewer.user.organizations");
        assert_eq!(list["totalCount"], 5);
        seen.extend(slugs(&list));
        after = list["pageInfo"]["endCursor"].clone();
        if list["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(seen, expected);
    let answer = org.owner.run(page, json!({ "last": 2 })).await;
    assert_eq!(
        slugs(&answer.data("viewer.user.organizations")),
        expected[3..]
    );
}
