//! Variables that do not fit: the whole request is refused before any of its fields runs.

use outlay_tests::{Org, Transport, server};
use serde_json::{Value, json};

/// Checks that a request was refused as a whole, and returns its error.
fn refused(what: &str, response: &Value) -> Value {
    assert!(response["data"].is_null(), "{what}: {response}");
    let errors = response["errors"].as_array().cloned().unwrap_or_default();
    assert_eq!(errors.len(), 1, "{what}: {response}");
    assert_eq!(
        errors[0]["extensions"]["code"], "INVALID",
        "{what}: {response}"
    );
    assert_eq!(errors[0].get("path"), None, "{what}: {response}");
    errors[0].clone()
}

/// The text after the first field of a mutation, the declaration of `$v`, and the path of the value in it.
struct Place {
    declared: &'static str,
    selected: &'static str,
    wrap: fn(Value) -> Value,
    field: &'static str,
}

const DATE: [Place; 2] = [
    Place {
        declared: "$v: Date!",
        selected: "createExpense(input: { amount: { amount: 1, currencyCode: \"EUR\" }, spentOn: $v, merchant: \"x\" }) { errors { code } }",
        wrap: |value| value,
        field: "v",
    },
    Place {
        declared: "$v: CreateExpenseInput!",
        selected: "createExpense(input: $v) { errors { code } }",
        wrap: |value| json!({ "amount": { "amount": 1, "currencyCode": "EUR" }, "spentOn": value, "merchant": "x" }),
        field: "v.spentOn",
    },
];

const DECIMAL: [Place; 2] = [
    Place {
        declared: "$v: Decimal!",
        selected: "createExpense(input: { amount: { amount: $v, currencyCode: \"EUR\" }, spentOn: \"2026-01-15\", merchant: \"x\" }) { errors { code } }",
        wrap: |value| value,
        field: "v",
    },
    Place {
        declared: "$v: MoneyInput!",
        selected: "createExpense(input: { amount: $v, spentOn: \"2026-01-15\", merchant: \"x\" }) { errors { code } }",
        wrap: |value| json!({ "amount": value, "currencyCode": "EUR" }),
        field: "v.amount",
    },
];

const CURRENCY: [Place; 2] = [
    Place {
        declared: "$v: CurrencyCode!",
        selected: "createExpense(input: { amount: { amount: 1, currencyCode: $v }, spentOn: \"2026-01-15\", merchant: \"x\" }) { errors { code } }",
        wrap: |value| value,
        field: "v",
    },
    Place {
        declared: "$v: MoneyInput!",
        selected: "createExpense(input: { amount: $v, spentOn: \"2026-01-15\", merchant: \"x\" }) { errors { code } }",
        wrap: |value| json!({ "amount": 1, "currencyCode": value }),
        field: "v.currencyCode",
    },
];

const ID: [Place; 1] = [Place {
    declared: "$v: ID!",
    selected: "deleteExpense(input: { id: $v, version: 1 }) { errors { code } }",
    wrap: |value| value,
    field: "v",
}];

const UPLOAD: [Place; 1] = [Place {
    declared: "$v: Upload!",
    selected: "importExpenses(input: { file: $v, currencyCode: \"EUR\", mapping: { spentOn: \"a\", amount: \"b\", merchant: \"c\" } }) { errors { code } }",
    wrap: |value| value,
    field: "v",
}];

#[tokio::test]
async fn a_wrong_scalar_stops_the_request_before_anything_is_written() {
    let org = Org::new().await;
    for (places, wrong) in [
        (
            &DATE[..],
            vec![
                json!("31/01/2026"),
                json!("+2026-02-3"),
                json!(" 2026-02-3"),
                json!("2026-02-30"),
                json!(20_260_131),
            ],
        ),
        (
            &DECIMAL,
            vec![
                json!("+1"),
                json!(".5"),
                json!("5."),
                json!(" 1"),
                json!("1_0"),
                json!(1.5),
            ],
        ),
        (
            &CURRENCY,
            vec![json!(""), json!("eur"), json!("EURO"), json!(978)],
        ),
        (&ID, vec![json!(1.5), json!(true), json!([])]),
        (&UPLOAD, vec![json!("file.csv"), json!(1)]),
    ] {
        for Place {
            declared,
            selected,
            wrap,
            field,
        } in places
        {
            let document = format!(
                "mutation({declared}) {{ a: createCategory(input: {{ name: \"Written\" }}) {{ category {{ id }} }} b: {selected} }}"
            );
            for value in &wrong {
                for transport in Transport::WRITING {
                    let variables = json!({ "v": wrap(value.clone()) });
                    let response = transport.run(&org.owner, &document, variables).await;
                    let error = refused(&format!("{value} in {document}"), &response);
                    assert_eq!(error["extensions"]["field"], *field, "{error}");
                }
            }
        }
    }
    assert_eq!(org.count("category", "true").await, 0);
}

#[tokio::test]
async fn a_wrong_scalar_is_named_when_the_document_is_known() {
    let org = Org::new().await;
    let document = "query($days: DateRange, $from: Date) { expenses(first: 1, filter: { spentOn: $days }) { totalCount }
        other: expenses(first: 1, filter: { spentOn: { from: $from } }) { totalCount } }";
    for transport in Transport::ALL {
        for _ in 0..2 {
            let good = json!({ "days": { "from": "2026-01-01" }, "from": "2026-01-01" });
            let response = transport.run(&org.owner, document, good).await;
            assert_eq!(response["data"]["other"]["totalCount"], 0, "{response}");
            for (variables, field) in [
                (json!({ "days": { "to": "2026-1-1" } }), "days.to"),
                (json!({ "from": "01.01.2026" }), "from"),
            ] {
                let response = transport.run(&org.owner, document, variables).await;
                let error = refused(document, &response);
                assert_eq!(error["extensions"]["field"], field);
                let message = format!(
                    "Variable ${field}: this is not of type Date: expected a calendar day as YYYY-MM-DD, such as \"2026-01-31\"."
                );
                assert_eq!(error["message"], message);
            }
        }
    }
}

/// Documents in which a variable stands where its type does not fit: the path that is named, and the text from where the
/// argument's value begins.
const MISPLACED: [(&str, &str, &str); 8] = [
    (
        "query($v: Boolean) { organization @include(if: $v) { id } }",
        "if",
        "$v) {",
    ),
    (
        "query($v: Boolean) { ... @skip(if: $v) { organization { id } } }",
        "if",
        "$v) {",
    ),
    (
        "query($v: String) { organizationProfile(shortCode: $v) { slug } }",
        "shortCode",
        "$v) {",
    ),
    ("query($v: [ID]) { nodes(ids: $v) { id } }", "ids", "$v) {"),
    ("query($v: [ID]!) { nodes(ids: $v) { id } }", "ids", "$v) {"),
    (
        "query($v: ID) { nodes(ids: [\"\", $v]) { id } }",
        "ids.1",
        "[\"\", $v",
    ),
    ("query($v: String!) { node(id: $v) { id } }", "id", "$v) {"),
    (
        "query($v: Decimal) { ...F } fragment F on Query { expenses(first: 1, filter: { spentOn: { from: $v } }) { totalCount } }",
        "filter.spentOn.from",
        "{ spentOn",
    ),
];

#[tokio::test]
async fn a_variable_that_does_not_fit_its_place_is_refused_whatever_its_value() {
    let org = Org::new().await;
    for (document, field, place) in MISPLACED {
        let column = document.find(place).expect("a place") + 1;
        let declared = document.find("$v").expect("a declaration") + 1;
        for transport in Transport::ALL {
            for variables in [json!({}), json!({ "v": null }), json!({ "v": "x" })] {
                let response = transport.run(&org.owner, document, variables).await;
                let error = refused(document, &response);
                assert_eq!(error["extensions"]["field"], field);
                let line = |column: usize| json!({ "line": 1, "column": column });
                assert_eq!(error["locations"], json!([line(column), line(declared)]));
            }
        }
    }
}

#[tokio::test]
async fn a_misplaced_variable_stops_a_mutation_before_anything_is_written() {
    let org = Org::new().await;
    let document =
        "mutation($m: String) { a: createCategory(input: { name: \"Written\" }) { category { id } }
        b: createCategory(input: { name: $m }) { category { id } } }";
    for transport in Transport::WRITING {
        for variables in [json!({}), json!({ "m": "Other" })] {
            let response = transport.run(&org.owner, document, variables).await;
            let error = refused(document, &response);
            assert_eq!(
                error["message"],
                "Argument input.name: String! is required, but $m of type String may be null."
            );
        }
    }
    assert_eq!(org.count("category", "true").await, 0);
}

#[tokio::test]
async fn every_misplaced_variable_is_named_at_once() {
    let client = server().await.client();
    let document = "query($a: String!, $b: Boolean) { node(id: $a) { id } organization @include(if: $b) { id } }";
    let answer = client.run(document, json!({ "a": "" })).await;
    let errors = answer.body["errors"].as_array().expect("errors");
    let fields: Vec<_> = errors
        .iter()
        .map(|error| &error["extensions"]["field"])
        .collect();
    assert_eq!(fields, ["id", "if"], "{}", answer.body);
}
