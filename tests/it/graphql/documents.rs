//! A document that comes again is neither parsed nor validated again, and must be treated as when it first came.

use outlay_tests::{Org, expense, server};
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

/// An answer as it is written.
async fn text(org: &Org, document: &str, variables: &Value) -> String {
    let request = org.owner.request(reqwest::Method::POST, "/graphql");
    let body = json!({ "query": document, "variables": variables });
    let response = request.json(&body).send().await.expect("an answer");
    response.text().await.expect("a body")
}

#[tokio::test]
async fn fragments_say_the_same_when_they_have_been_written_out() {
    let org = Org::new().await;
    let category = org.category("Travel").await;
    for merchant in ["Rail", "Taxi"] {
        let mut input = expense(merchant, "12.50");
        input["categoryId"] = json!(category);
        org.owner
            .must("createExpense", input, "expense { id }")
            .await;
    }
    let document = "query($with: Boolean!) {
        ...Root
        list: expenses(first: 1) { ...Page edges { node { ...Row ... on Node { id again: id } } } }
        ... @include(if: $with) { organization { slug } }
    }
    fragment Root on Query { organization { ... { name } ...Named @include(if: $with) } }
    fragment Named on Organization { name slug }
    fragment Page on ExpenseConnection { totalCount pageInfo { ...Place } edges { cursor node { ...Row } } }
    fragment Place on PageInfo { hasNextPage endCursor }
    fragment Row on Expense { id __typename merchant category { ...Kind } member { __typename ...Person } }
    fragment Kind on Category { id name ...Again }
    fragment Again on Category { name __typename }
    fragment Person on Member { id displayName department { ...Where } }
    fragment Where on Department { id name }";
    for with in [false, true] {
        // Spaces make it another document, which is not known yet.
        let document = format!("{document}{}", " ".repeat(usize::from(with)));
        let variables = json!({ "with": with });
        let first = text(&org, &document, &variables).await;
        // Letter by letter: the order of the keys is part of the answer.
        assert_eq!(first, text(&org, &document, &variables).await);
        let answer: Value = serde_json::from_str(&first).expect("JSON");
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        let node = &answer["data"]["list"]["edges"][0]["node"];
        assert_eq!(node["category"]["name"], "Travel");
        assert_eq!(node["id"], node["again"]);
        let slug = &answer["data"]["organization"]["slug"];
        assert_eq!(slug.is_string(), with);
    }
}

#[tokio::test]
async fn a_page_of_fragments_takes_one_statement_once_it_is_known() {
    let org = Org::new().await;
    org.expense("Rail", "12.50").await;
    let document = "{ expenses(first: 5) { nodes { ...Row } } }
        fragment Row on Expense { id member { ...Person } }
        fragment Person on Member { displayName }";
    let mut counts = Vec::new();
    for _ in 0..2 {
        let answer = org.owner.run(document, json!({})).await;
        counts.push(server().await.statements(&answer.request_id).await.len());
    }
    // BEGIN and ROLLBACK besides, while its fragments have not been written out.
    assert_eq!(counts, [3, 1]);
}
