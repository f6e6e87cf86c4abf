//! Requests that are wrong before they are GraphQL.

use outlay_tests::{Client, Org, server};
use reqwest::Method;
use serde_json::{Value, json};

const QUERY: &str = "{ __typename }";

async fn post(
    client: &Client,
    content_type: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> (u16, Value) {
    let mut request = client.request(Method::POST, "/graphql").body(body);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (
        status,
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: not JSON: {text}")),
    )
}

#[tokio::test]
async fn what_is_no_request_in_json_is_refused() {
    let client = server().await.client();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_variables =
        format!(r#"{{"query": "{{ __typename }}", "variables": {{"a": {deep}}}}}"#);
    for body in [
        "",
        " ",
        "null",
        "1",
        "\"{ __typename }\"",
        "{",
        "{}",
        r#"{"query": null}"#,
        r#"{"query": ""}"#,
        r#"{"query": 7}"#,
        r#"{"query": "{ __typename }", "variables": []}"#,
        r#"{"query": "{ __typename }", "operationName": 1}"#,
        r#"{"query": "{ __typename }""#,
        "query=%7B__typename%7D",
        "\u{feff}{}",
        &deep,
        &deep_variables,
    ] {
        let (status, answer) = post(&client, Some("application/json"), body.to_owned()).await;
        let what: String = body.chars().take(40).collect();
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (400, &json!("INVALID")),
            "{what}"
        );
        assert!(answer.get("data").is_none(), "{what}");
    }
    let (status, _) = post(
        &client,
        Some("application/json"),
        b"{\"query\": \"\xff\xfe\"}".to_vec(),
    )
    .await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_batch_is_refused() {
    let client = server().await.client();
    for batch in [
        json!([]),
        json!([{ "query": QUERY }]),
        json!([{ "query": QUERY }, { "query": QUERY }]),
    ] {
        let (status, answer) = post(&client, Some("application/json"), batch.to_string()).await;
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (400, &json!("INVALID"))
        );
    }
}

#[tokio::test]
async fn another_content_type_is_refused_so_that_no_form_can_send_a_request() {
    let client = server().await.client();
    let body = json!({ "query": QUERY }).to_string();
    let types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "application/jsonx",
        "x",
        "",
    ];
    for content_type in types.map(Some).into_iter().chain([None]) {
        let (status, answer) = post(&client, content_type, body.clone()).await;
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (415, &json!("INVALID")),
            "{content_type:?}"
        );
    }
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
    ] {
        let (status, answer) = post(&client, Some(content_type), body.clone()).await;
        assert_eq!(
            (status, &answer["data"]["__typename"]),
            (200, &json!("Query")),
            "{content_type}"
        );
    }
    let multipart = post(&client, Some("multipart/form-data; boundary=x"), "--x--").await;
    assert_eq!(multipart.0, 403, "a form of another site is stopped");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_its_length_is_told_or_not() {
    let org = Org::new().await;
    let body = json!({ "query": QUERY, "variables": { "a": "x".repeat(8 << 20) } }).to_string();
    for client in [&org.owner, &org.owner.anonymous()] {
        let told = post(client, Some("application/json"), body.clone()).await;
        let chunks: Vec<Result<Vec<u8>, std::io::Error>> = body
            .as_bytes()
            .chunks(65_536)
            .map(|chunk| Ok(chunk.to_vec()))
            .collect();
        let streamed = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
        let streamed = post(client, Some("application/json"), streamed).await;
        for (status, answer) in [told, streamed] {
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!((status, code), (413, &json!("LIMIT_EXCEEDED")));
        }
    }
}

#[tokio::test]
async fn a_document_that_is_wrong_is_invalid_and_says_why() {
    let org = Org::new().await;
    for document in [
        "{",
        "}",
        "{ nothing }",
        "{ expenses(first: 1) }",
        "{ viewer { user { passwordHash } } }",
        "query ($a: Int!) { expenses(first: $a) { totalCount } }",
        "{ ...Missing }",
        "fragment A on Query { ...A } { ...A }",
        "query A { __typename } query B { __typename }",
        "subscription { anything }",
        "{ expenses(first: \"one\") { totalCount } }",
        "mutation { createCategory(input: {}) { category { id } } }",
        "mutation { createCategory(input: { name: 7 }) { category { id } } }",
        "\0",
        "{ a(b: \"\"\"x\" [ }",
    ] {
        let answer = org.owner.run(document, json!({})).await;
        let what: String = document.chars().take(60).collect();
        assert!(answer.status < 500, "{what}");
        let codes = answer.errors();
        assert!(
            !codes.is_empty() && codes.iter().all(|code| code == "INVALID"),
            "{what}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_document_that_nests_without_end_is_refused_and_stops_nobody() {
    let client = server().await.client();
    let deep = |before: &str, open: &str, inner: &str, close: &str, after: &str| {
        [70, 5_000, 100_000].map(|depth| {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            format!("{before}{open}{inner}{close}{after}")
        })
    };
    let documents = [
        deep("", "{ a", "", "}", ""),
        deep("{ ", "... { ", "a", "}", " }"),
        deep("{ a(b: ", "[", "1", "]", ") }"),
        deep("{ a(b: ", "{c:", "1", "}", ") }"),
        deep("{ a(b: ", "[\"]\"", "", "]", ") }"),
        deep("query($a: ", "[", "Int", "]", ") { a }"),
        deep("query($a: [Int] = ", "[", "1", "]", ") { a }"),
        deep("{ a @b(c: ", "[", "1", "]", ") }"),
    ];
    for document in documents.into_iter().flatten() {
        let answer = client.run(&document, json!({})).await;
        let what: String = document.chars().take(40).collect();
        assert_eq!(answer.errors(), ["LIMIT_EXCEEDED"], "{what}");
    }
}

#[tokio::test]
async fn other_methods_and_pages_are_not_there() {
    let client = server().await.client();
    for (method, path, expected) in [
        (Method::PUT, "/graphql", 405),
        (Method::DELETE, "/graphql", 405),
        (Method::POST, "/healthz", 405),
        (Method::GET, "/nothing", 404),
        (Method::POST, "/graphql/../nothing", 404),
    ] {
        let response = client
            .request(method.clone(), path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), expected, "{method} {path}");
    }
}
