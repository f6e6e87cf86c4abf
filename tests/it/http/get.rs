//! Queries in a URL.

use outlay_tests::{Org, server};
use reqwest::Method;
use serde_json::json;

use super::get;

#[tokio::test]
async fn a_query_runs_with_all_its_parameters() {
    let org = Org::new().await;
    let document =
        "query A($first: Int!) { expenses(first: $first) { totalCount } } query B { __typename }";
    let parameters = [
        ("query", document),
        ("operationName", "A"),
        ("variables", r#"{"first": 1}"#),
        ("extensions", r#"{"cost": true}"#),
    ];
    let got = get(&org.owner, &parameters, &[]).await;
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!(got.body["data"], json!({ "expenses": { "totalCount": 0 } }));
    // The connection, and counting.
    assert_eq!(got.body["extensions"]["cost"]["requested"], 11);
}

#[tokio::test]
async fn nothing_is_changed_by_a_url() {
    let org = Org::new().await;
    let mutation =
        r#"mutation { createCategory(input: { name: "By a link" }) { category { id } } }"#;
    for accept in ["application/json", "application/graphql-response+json"] {
        let got = get(&org.owner, &[("query", mutation)], &[("accept", accept)]).await;
        assert_eq!(
            (got.status, got.code(), got.header("allow")),
            (405, "INVALID", "POST")
        );
        let subscription = [("query", "subscription { anything }")];
        let got = get(&org.owner, &subscription, &[("accept", accept)]).await;
        assert_eq!(got.status, 405);
    }
    let names = org
        .owner
        .run("{ categories(first: 1) { totalCount } }", json!({}))
        .await;
    assert_eq!(names.data("categories.totalCount"), 0);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let client = server().await.client();
    let query = ("query", "{ __typename }");
    for parameters in [
        vec![],
        vec![("query", "")],
        vec![query, query],
        vec![query, ("variables", "[]")],
        vec![query, ("variables", "{")],
        vec![query, ("extensions", "1")],
        vec![("quer", "{ __typename }")],
    ] {
        let got = get(&client, &parameters, &[]).await;
        assert_eq!((got.status, got.code()), (400, "INVALID"), "{parameters:?}");
    }
    let malformed = client
        .request(Method::GET, "/graphql?query=%7B__typename%7D%ff")
        .send()
        .await;
    assert_eq!(malformed.expect("an answer").status(), 400);
}

#[tokio::test]
async fn an_answer_that_the_client_has_is_not_sent_again() {
    let org = Org::new().await;
    let query = [("query", "{ categories(first: 5) { nodes { name } } }")];
    let first = get(&org.owner, &query, &[]).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.len() > 10);
    assert_eq!(first.header("cache-control"), "private, no-cache");
    assert!(first.header("vary").contains("authorization"));
    let again = get(&org.owner, &query, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.header("etag")), (304, tag.as_str()));
    org.owner
        .must(
            "createCategory",
            json!({ "name": "New" }),
            "category { id }",
        )
        .await;
    let changed = get(&org.owner, &query, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, 200);
    assert_eq!(
        changed.body["data"]["categories"]["nodes"][0]["name"],
        "New"
    );
    let stranger = Org::new().await;
    let theirs = get(
        &stranger.owner,
        &query,
        &[("if-none-match", changed.header("etag"))],
    )
    .await;
    assert_eq!(theirs.status, 200, "another organization has other rows");
}

#[tokio::test]
async fn a_browser_is_shown_the_playground() {
    let client = server().await.client();
    let page = client
        .request(Method::GET, "/graphql")
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .send()
        .await
        .expect("an answer");
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
}

#[tokio::test]
async fn an_empty_operation_name_is_none() {
    let client = server().await.client();
    let expected = json!({ "__typename": "Query" });
    for document in ["{ __typename }", "query A { __typename }"] {
        let parameters = [("query", document), ("operationName", "")];
        let got = get(&client, &parameters, &[]).await;
        assert_eq!(got.body["data"], expected, "{}", got.body);
        let body = json!({ "query": document, "operationName": "" });
        let posted = super::post(&client, &body).await;
        assert_eq!(posted.body["data"], expected, "{}", posted.body);
    }
}
