//! A document that comes again is neither parsed nor validated again, and must be treated as when it first came.

use outlay_tests::{Org, server};
use serde_json::{Value, json};

/// Runs a document with good variables until it is known, then with these.
async fn when_known(org: &Org, document: &str, good: Value, variables: Value) -> Value {
    for _ in 0..2 {
        let answer = org.owner.run(document, good.clone()).await;
        assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
    }
    org.owner.run(document, variables).await.body
}

#[tokio::test]
async fn variables_are_checked_every_time() {
    let org = Org::new().await;
    let document = "query List($first: Int!, $filter: ExpenseFilter) { expenses(first: $first, filter: $filter) { totalCount } }";
    let good = json!({ "first": 1, "filter": { "status": { "in": ["DRAFT"] } } });
    for (variables, field, message) in [
        (json!({}), "first", "Variable $first: Int! is required."),
        (
            json!({ "first": "1" }),
            "first",
            "Variable $first: this is not of type Int.",
        ),
        (
            json!({ "first": 1, "filter": { "status": { "in": ["LOST"] } } }),
            "filter.status.in.0",
            "Variable $filter.status.in.0: ExpenseStatus is one of \
             APPROVED, DRAFT, REIMBURSED, REJECTED, SUBMITTED, VOIDED.",
        ),
        (
            json!({ "first": 1, "filter": { "colour": "red" } }),
            "filter",
            "Variable $filter: ExpenseFilter has no field colour.",
        ),
    ] {
        // Spaces make it another document, which is not known yet.
        let unknown = format!("{document}{}", " ".repeat(message.len()));
        let first = org.owner.run(&unknown, variables.clone()).await.body;
        let again = when_known(&org, document, good.clone(), variables).await;
        assert_eq!(first, again);
        assert_eq!(again["data"], Value::Null, "{again}");
        assert_eq!(again["errors"][0]["message"], message);
        assert_eq!(again["errors"][0]["extensions"]["field"], field);
        assert_eq!(again["errors"][0]["extensions"]["code"], "INVALID");
    }
}

#[tokio::test]
async fn what_a_variable_skips_is_there_when_it_is_not_skipped() {
    let org = Org::new().await;
    let document = "query($skip: Boolean!) { organization { slug name @skip(if: $skip) } }";
    let skipped = json!({ "skip": true });
    let answer = when_known(&org, document, skipped, json!({ "skip": false })).await;
    assert!(
        answer["data"]["organization"]["name"].is_string(),
        "{answer}"
    );
}

#[tokio::test]
async fn an_object_with_a_variable_in_it_is_validated_when_the_variable_is_given() {
    let org = Org::new().await;
    let document = "query($from: Date) { expenses(first: 1, filter: { spentOn: { from: $from }, colour: 1 }) { totalCount } }";
    for _ in 0..2 {
        org.owner.run(document, json!({})).await;
        let given = json!({ "from": "2026-01-01" });
        let answer = org.owner.run(document, given).await.body;
        assert_eq!(answer["data"], Value::Null, "{answer}");
    }
}

#[tokio::test]
async fn an_operation_is_chosen_by_its_name_every_time() {
    let org = Org::new().await;
    let document = "query A { organization { slug } } query B { organization { name } }";
    let client = server().await.client();
    for _ in 0..3 {
        let wanted = [("A", "slug"), ("B", "name")];
        for (name, field) in wanted {
            let body = json!({ "query": document, "operationName": name });
            let request = org
                .owner
                .request(reqwest::Method::POST, "/graphql")
                .json(&body);
            let answer: Value = request
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("JSON");
            assert!(
                answer["data"]["organization"][field].is_string(),
                "{answer}"
            );
        }
        let answer = org.owner.run(document, json!({})).await;
        assert_eq!(answer.errors(), ["INVALID"]);
        // Known or not, it is executed for whoever asks.
        let answer = client
            .run("query A { organization { slug } }", json!({}))
            .await;
        assert_eq!(answer.errors(), ["UNAUTHENTICATED"]);
    }
}
