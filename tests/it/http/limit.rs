//! What a document may ask for.

use std::time::{Duration, Instant};

use outlay_tests::{Client, Org, numbered, server};
use serde_json::{Value, json};

async fn error(client: &Client, document: &str, variables: Value) -> Value {
    let answer = client.run(document, variables).await;
    assert_eq!(answer.body.get("data"), None, "{document:.60}: it ran");
    answer.body["errors"][0].clone()
}

#[tokio::test]
async fn a_document_over_a_limit_is_told_which_and_by_how_much() {
    let org = Org::new().await;
    let many = |one: &str, count: usize| one.repeat(count);
    let aliases = numbered(51, |index| format!("a{index}: __typename "));
    let roots = numbered(21, |index| format!("a{index}: __typename "));
    let nested = format!(
        "{{ viewer {{ member {{ {}id{} }} }} }}",
        many("manager { ", 13),
        many(" }", 13)
    );
    let bomb = numbered(40, |index| {
        format!(
            " fragment F{index} on Query {{ ...F{next} ...F{next} }}",
            next = index + 1
        )
    });
    for (limit, document, maximum, actual) in [
        (
            "bytes",
            format!("# {}", many("x", 131_071)),
            131_072,
            131_073,
        ),
        (
            "tokens",
            format!("{{ {} }}", many("a ", 5_000)),
            5_000,
            5_002_u64,
        ),
        ("depth", nested, 15, 16),
        (
            "fields",
            format!("{{ viewer {{ {} }} }}", many("__typename ", 2_000)),
            2_000,
            2_001,
        ),
        ("rootFields", format!("{{ {roots} }}"), 20, 21),
        ("aliases", format!("{{ viewer {{ {aliases} }} }}"), 50, 51),
        (
            "directives",
            format!(
                "{{ viewer {{ __typename {} }} }}",
                many("@skip(if: false) ", 51)
            ),
            50,
            51,
        ),
        (
            "directives",
            format!("{{ __typename {} }}", many("@unknown ", 51)),
            50,
            51,
        ),
        (
            "fields",
            format!("{{ ...F0 }}{bomb} fragment F40 on Query {{ __typename }}"),
            2_000,
            1 << 40,
        ),
        (
            "introspection",
            format!(
                "{{ __schema {{ types {{ {}name{} }} }} }}",
                many("fields { type { ", 4),
                many(" } }", 4)
            ),
            3,
            4,
        ),
        (
            "schemas",
            "{ ...S other: __schema { description } } fragment S on Query { __schema { description } }".into(),
            1,
            2,
        ),
    ] {
        let start = Instant::now();
        let error = error(&org.owner, &document, json!({})).await;
        // Generous: what is looked for is minutes.
        assert!(start.elapsed() < Duration::from_secs(5), "{limit}");
        let expected = json!({ "code": "LIMIT_EXCEEDED", "limit": limit, "maximum": maximum, "actual": actual });
        assert_eq!(error["extensions"], expected, "{error}");
    }
}

#[tokio::test]
async fn just_within_the_limits_it_runs() {
    let org = Org::new().await;
    let aliases = numbered(50, |index| format!("a{index}: __typename "));
    let nested = format!(
        "{{ viewer {{ member {{ {}id{} }} }} }}",
        "manager { ".repeat(12),
        " }".repeat(12)
    );
    let fields = format!("{{ viewer {{ {} }} }}", "__typename ".repeat(1_999));
    for document in [format!("{{ viewer {{ {aliases} }} }}"), nested, fields] {
        let answer = org.owner.run(&document, json!({})).await;
        assert!(answer.errors().is_empty(), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_fragment_that_spreads_itself_is_refused() {
    let client = server().await.client();
    for document in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...A } fragment A on Query { viewer { organization { ...B } } } fragment B on Organization { ...B }",
    ] {
        let error = error(&client, document, json!({})).await;
        assert_eq!(error["extensions"]["code"], "INVALID");
    }
}

#[tokio::test]
async fn the_cost_counts_what_is_asked_for() {
    let org = Org::new().await;
    let cost = async |document: &str, variables: Value| {
        let request =
            json!({ "query": document, "variables": variables, "extensions": { "cost": true } });
        super::post(&org.owner, &request).await.body["extensions"]["cost"]["requested"].clone()
    };
    for (document, variables, expected) in [
        ("{ __typename }", json!({}), 1),
        ("{ organization { slug name } }", json!({}), 2),
        // The connection, and for each row itself, its amount, its member, and three values.
        (
            "{ expenses(first: 10) { nodes { id amount { amount } member { email } } } }",
            json!({}),
            34,
        ),
        (
            "{ expenses(last: 10) { edges { cursor node { id } } pageInfo { endCursor } } }",
            json!({}),
            25,
        ),
        (
            "query($n: Int!) { expenses(first: $n) { nodes { id } } }",
            json!({ "n": 7 }),
            9,
        ),
        (
            "query($n: Int = 9) { expenses(first: $n) { nodes { id } } }",
            json!({}),
            11,
        ),
        (
            "{ expenses(first: 10) { totalCount ...P } } fragment P on ExpenseConnection { nodes { id } }",
            json!({}),
            22,
        ),
        (
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": [org.id, org.id] }),
            3,
        ),
        (
            "{ budgets(first: 5) { nodes { spent { amount } remaining { amount } } } }",
            json!({}),
            27,
        ),
        (
            "mutation { createCategory(input: { name: \"x\" }) { category { id } } }",
            json!({}),
            12,
        ),
    ] {
        assert_eq!(cost(document, variables).await, expected, "{document}");
    }
}

#[tokio::test]
async fn an_operation_that_costs_too_much_is_not_begun() {
    let org = Org::new().await;
    let page = "nodes { member { department { head { department { head { email } } } } } }";
    let pages = numbered(9, |index| {
        format!("a{index}: expenses(first: $n) {{ {page} }} ")
    });
    let document = format!("query($n: Int!) {{ {pages} }}");
    let error = error(&org.owner, &document, json!({ "n": 100 })).await;
    let expected =
        json!({ "code": "LIMIT_EXCEEDED", "limit": "cost", "maximum": 5_000, "actual": 5_499 });
    assert_eq!(error["extensions"], expected);
    // The same document is welcome with smaller pages, and is then refused again.
    let answer = org.owner.run(&document, json!({ "n": 10 })).await;
    assert!(answer.errors().is_empty(), "{}", answer.body);
    let again = org.owner.run(&document, json!({ "n": 100 })).await;
    assert_eq!(again.errors(), ["LIMIT_EXCEEDED"]);
}
