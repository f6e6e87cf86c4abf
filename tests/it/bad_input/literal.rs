//! Values that stand in the document itself, where they are executed and where they are not.

use outlay_tests::{Org, server};
use serde_json::{Value, json};

use super::refused_field;

/// Each document is wrong in one place, and would not be executed there: the id names nothing, or the field is skipped.
/// Beside it: the path in the argument, what is said, and the text from where the argument's value begins.
const WRONG: [(&str, &str, &str, &str); 13] = [
    (
        "{ node(id: \"\") { ... on Import { problems(first: -2147483649) { row } } } }",
        "first",
        "Argument first: this is not of type Int.",
        "-2147483649",
    ),
    (
        "{ node(id: \"\") { ... on Import { problems(first: \"1\") { row } } } }",
        "first",
        "Argument first: this is not of type Int.",
        "\"1\"",
    ),
    (
        "{ node(id: 1.5) @skip(if: true) { id } }",
        "id",
        "Argument id: this is not of type ID.",
        "1.5",
    ),
    (
        "{ nodes(ids: [\"\", \"x\", true]) @skip(if: true) { id } }",
        "ids.2",
        "Argument ids.2: this is not of type ID.",
        "[\"\", \"x\"",
    ),
    (
        "{ organization @skip(if: \"true\") { id } }",
        "if",
        "Argument if: this is not of type Boolean.",
        "\"true\"",
    ),
    (
        "{ ... @include(if: 1) { organization { id } } }",
        "if",
        "Argument if: this is not of type Boolean.",
        "1) {",
    ),
    (
        "{ expenses(first: 1, filter: 3) @skip(if: true) { totalCount } }",
        "filter",
        "Argument filter: ExpenseFilter is an object.",
        "3)",
    ),
    (
        "{ expenses(first: 1, filter: { status: { in: [DRAFT, \"DRAFT\"] } }) @skip(if: true) { totalCount } }",
        "filter.status.in.1",
        "Argument filter.status.in.1: ExpenseStatus is one of \
         APPROVED, DRAFT, REIMBURSED, REJECTED, SUBMITTED, VOIDED.",
        "{ status",
    ),
    (
        "{ expenses(first: 1, filter: { spentOn: { from: \"2026-02-30\" } }) @skip(if: true) { totalCount } }",
        "filter.spentOn.from",
        "Argument filter.spentOn.from: this is not of type Date: expected a calendar day as YYYY-MM-DD, \
         such as \"2026-01-31\".",
        "{ spentOn",
    ),
    (
        "query($to: Decimal) { expenses(first: 1, filter: { amount: { to: $to, from: 1.5 } }) @skip(if: true) { totalCount } }",
        "filter.amount.from",
        "Argument filter.amount.from: this is not of type Decimal: expected a string such as \"12.50\" or \"-3\", \
         of at most 28 digits, or a whole number.",
        "{ amount",
    ),
    (
        "query($to: Date) { expenses(first: 1, filter: { spentOn: { to: $to }, colour: 1 }) @skip(if: true) { totalCount } }",
        "filter",
        "Argument filter: ExpenseFilter has no field colour.",
        "{ spentOn",
    ),
    (
        "query($first: Int! = 2147483648) { expenses(first: $first) @skip(if: true) { totalCount } }",
        "first",
        "Default of variable $first: this is not of type Int.",
        "2147483648",
    ),
    (
        "query($v: [Nothing] = [1]) { organization { id } }",
        "v.0",
        "Default of variable $v.0: there is no input type Nothing.",
        "[1]",
    ),
];

#[tokio::test]
async fn a_wrong_value_is_named_with_its_place_wherever_it_stands() {
    let org = Org::new().await;
    for (document, field, message, place) in WRONG {
        let column = document.find(place).expect("a place") + 1;
        for _ in 0..2 {
            let answer = org.owner.run(document, json!({})).await;
            let named = refused_field(document, &answer);
            assert_eq!(named.as_deref(), Some(field), "{}", answer.body);
            let error = &answer.body["errors"][0];
            assert_eq!(answer.body["data"], Value::Null, "{}", answer.body);
            assert_eq!(error["message"], message);
            assert_eq!(error["locations"], json!([{ "line": 1, "column": column }]));
        }
    }
}

#[tokio::test]
async fn every_wrong_value_of_a_document_is_named_at_once() {
    let client = server().await.client();
    let document = "query A { node(id: true) { id } } query B { ...F } fragment F on Query { expenses(first: {}) { totalCount } }";
    let answer = client.run(document, json!({})).await;
    let errors = answer.body["errors"].as_array().expect("errors");
    let fields: Vec<_> = errors
        .iter()
        .map(|error| &error["extensions"]["field"])
        .collect();
    assert_eq!(fields, ["id", "first"], "{}", answer.body);
}

#[tokio::test]
async fn what_fits_is_executed() {
    let org = Org::new().await;
    org.expense("x", "1.50").await;
    for document in [
        "{ expenses(first: 1, filter: { status: { in: DRAFT } }) { totalCount } }",
        "{ expenses(first: 1, filter: null) { totalCount } }",
        "query($from: Date = \"2000-01-01\") { expenses(first: 1, filter: { spentOn: { from: $from } }) { totalCount } }",
        "{ expenses(first: 1, filter: { amount: { from: 1, to: \"1.5\" } }) { totalCount } }",
        "query($status: [ExpenseStatus!]! = [DRAFT]) { expenses(first: 1, filter: { status: { in: $status } }) { totalCount } }",
    ] {
        let answer = org.owner.run(document, json!({})).await;
        assert_eq!(answer.data("expenses.totalCount"), 1, "{}", answer.body);
    }
}
