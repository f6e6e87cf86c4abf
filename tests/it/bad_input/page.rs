//! Pages.

use outlay_tests::Org;
use serde_json::{Value, json};

use super::refused_field;

const LISTS: [&str; 8] = [
    "expenses",
    "members",
    "invitations",
    "departments",
    "categories",
    "accounts",
    "budgets",
    "imports",
];

fn document(list: &str) -> String {
    format!(
        "query ($first: Int, $after: String, $last: Int, $before: String) {{
            {list}(first: $first, after: $after, last: $last, before: $before) {{ totalCount }} }}"
    )
}

#[tokio::test]
async fn every_list_wants_one_direction_and_one_to_a_hundred() {
    let org = Org::new().await;
    let long = "A".repeat(100_000);
    for list in LISTS {
        let cursorless = [
            (json!({}), "first"),
            (json!({ "first": 0 }), "first"),
            (json!({ "first": -1 }), "first"),
            (json!({ "first": 101 }), "first"),
            (json!({ "first": i32::MAX }), "first"),
            (json!({ "first": i32::MIN }), "first"),
            (json!({ "last": 0 }), "last"),
            (json!({ "last": -1 }), "last"),
            (json!({ "last": 101 }), "last"),
            (json!({ "first": 1, "last": 1 }), "last"),
            (json!({ "first": 1, "before": "x" }), "before"),
            (json!({ "last": 1, "after": "x" }), "after"),
        ];
        let cursors = ["", "x", "\0", "bnVsbA", "W10", &long].map(|cursor| {
            [
                (json!({ "first": 1, "after": cursor }), "after"),
                (json!({ "last": 1, "before": cursor }), "before"),
            ]
        });
        for (variables, field) in cursorless.into_iter().chain(cursors.into_iter().flatten()) {
            let answer = org.owner.run(&document(list), variables.clone()).await;
            let what = format!(
                "{list} {}",
                variables.to_string().chars().take(60).collect::<String>()
            );
            assert_eq!(
                refused_field(&what, &answer).as_deref(),
                Some(field),
                "{what}"
            );
        }
        for variables in [
            json!({ "first": 1 }),
            json!({ "first": 100 }),
            json!({ "last": 100 }),
        ] {
            let answer = org.owner.run(&document(list), variables).await;
            assert_eq!(answer.errors(), [""; 0], "{list}");
        }
    }
}

#[tokio::test]
async fn a_number_that_is_no_int_is_refused() {
    let org = Org::new().await;
    for first in [
        json!(2_147_483_648_i64),
        json!(1.5),
        json!("10"),
        json!(true),
        json!([1]),
        json!({}),
    ] {
        let answer = org
            .owner
            .run(&document("expenses"), json!({ "first": first }))
            .await;
        refused_field(&first.to_string(), &answer);
    }
}

#[tokio::test]
async fn a_forged_cursor_is_refused_or_harmless() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    let org = Org::new().await;
    org.expense("x", "1").await;
    let id = uuid::Uuid::nil();
    for place in [
        json!(["SPENT_ON", []]),
        json!(["SPENT_ON", [{ "d": "2026-01-01" }]]),
        json!(["SPENT_ON", [{ "u": id }, { "d": "2026-01-01" }]]),
        json!(["SPENT_ON", [{ "d": "2026-01-01" }, { "u": id }, { "u": id }]]),
        json!(["SPENT_ON", [{ "s": "2026-01-01" }, { "u": id }]]),
        json!(["SPENT_ON", [{ "d": "2026-01-01" }, { "u": "1' OR '1'='1" }]]),
        json!({ "a": 1 }),
        Value::Null,
    ] {
        let variables = json!({ "first": 1, "after": BASE64.encode(place.to_string()) });
        let answer = org.owner.run(&document("expenses"), variables).await;
        assert_eq!(
            refused_field(&place.to_string(), &answer).as_deref(),
            Some("after"),
            "{place}"
        );
    }
    for (field, key) in [
        ("SPENT_ON", json!({ "d": "-262143-01-01" })),
        ("SPENT_ON", json!({ "d": "+262142-12-31" })),
        ("CREATED_AT", json!({ "t": "-262143-01-01T00:00:01Z" })),
        ("CREATED_AT", json!({ "t": "+262142-12-31T00:00:00Z" })),
        ("MERCHANT", json!({ "s": "a\0b" })),
    ] {
        let document = format!(
            "query ($after: String) {{ expenses(first: 1, after: $after,
                orderBy: {{ field: {field}, direction: ASC }}) {{ totalCount }} }}"
        );
        let place = json!([field, [key, { "u": id }]]);
        let variables = json!({ "after": BASE64.encode(place.to_string()) });
        let answer = org.owner.run(&document, variables).await;
        assert_eq!(
            refused_field(field, &answer).as_deref(),
            Some("after"),
            "{place}"
        );
    }
    let place = json!(["AMOUNT", [{ "n": "79228162514264337593543950335" }, { "u": id }]]);
    let document = "query ($after: String) { expenses(first: 1, after: $after,
        orderBy: { field: AMOUNT, direction: ASC }) { nodes { id } } }";
    let variables = json!({ "after": BASE64.encode(place.to_string()) });
    let answer = org.owner.run(document, variables).await;
    assert_eq!(
        answer.data("expenses.nodes"),
        json!([]),
        "after the largest there is nothing"
    );
}
