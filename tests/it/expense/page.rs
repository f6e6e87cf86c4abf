//! Paging by keyset: each row once and in order, forwards and backwards, though most keys are equal.

use std::fmt::Write as _;

use outlay_tests::{Org, ask_all, execute};
use serde_json::{Value, json};

const PAGE: &str = "query ($first: Int, $after: String, $last: Int, $before: String, $order: ExpenseOrder, $filter: ExpenseFilter) {
    expenses(first: $first, after: $after, last: $last, before: $before, orderBy: $order, filter: $filter) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { reference } } } }";

const ROWS: usize = 237;

/// Each field to order by, and its column.
const FIELDS: [(&str, &str); 4] = [
    ("SPENT_ON", "spent_on"),
    ("AMOUNT", "base_amount"),
    ("MERCHANT", "merchant"),
    ("CREATED_AT", "created_at"),
];

/// An organization with more expenses than a page holds, of few days, amounts, merchants and moments.
async fn crowd() -> Org {
    let org = Org::new().await;
    let schema = org.schema().await;
    let mut sql = format!(
        "SELECT setseed(0.5); INSERT INTO {schema}.expense (id, member_id, reference, spent_on, merchant, currency, amount, base_amount, created_at) "
    );
    write!(
        sql,
        "SELECT gen_random_uuid(), (SELECT id FROM {schema}.member), 'r' || n, date '2026-01-01' + n % 3,
             (ARRAY['Bar', 'bar', 'Café', ''])[1 + n % 4] || 'x', 'EUR', (n % 5) - 2, (n % 5) - 2,
             now() + (n % 2) * interval '1 microsecond'
         FROM generate_series(1, {ROWS}) n"
    )
    .expect("text");
    execute(&sql).await;
    org
}

/// What one page holds: references, and where it stands.
async fn page(org: &Org, variables: Value) -> (Vec<String>, Value) {
    let answer = org.owner.run(PAGE, variables).await;
    assert_eq!(answer.errors(), [""; 0], "{}", answer.body);
    let edges = answer.data("expenses.edges");
    let edges = edges.as_array().expect("edges");
    let info = answer.data("expenses.pageInfo");
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    assert_eq!(
        (cursor(edges.first()), cursor(edges.last())),
        (info["startCursor"].clone(), info["endCursor"].clone())
    );
    let reference = |edge: &Value| {
        edge["node"]["reference"]
            .as_str()
            .expect("a reference")
            .to_owned()
    };
    (edges.iter().map(reference).collect(), info)
}

/// The whole list by pages of this size, forwards or backwards.
async fn walk(org: &Org, order: &Value, size: usize, backwards: bool) -> Vec<String> {
    let (mut pages, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let variables = if backwards {
            json!({ "last": size, "before": cursor, "order": order })
        } else {
            json!({ "first": size, "after": cursor, "order": order })
        };
        let (rows, info) = page(org, variables).await;
        let (more, back, edge) = if backwards {
            ("hasPreviousPage", "hasNextPage", "startCursor")
        } else {
            ("hasNextPage", "hasPreviousPage", "endCursor")
        };
        assert_eq!(
            info[back],
            json!(!cursor.is_null()),
            "whether there is a page to go back to"
        );
        pages.push(rows);
        cursor = info[edge].clone();
        if info[more] == json!(false) {
            break;
        }
        assert!(pages.len() <= ROWS, "it ends");
    }
    if backwards {
        pages.reverse();
    }
    pages.concat()
}

#[tokio::test]
async fn every_order_gives_each_row_once_and_in_order_both_ways() {
    let org = crowd().await;
    let schema = org.schema().await;
    for (field, column) in FIELDS {
        for direction in ["ASC", "DESC"] {
            let sql = format!(
                "SELECT reference FROM {schema}.expense ORDER BY {column} {direction}, id {direction}"
            );
            let expected: Vec<String> = ask_all(&sql).await;
            assert_eq!(expected.len(), ROWS);
            let order = json!({ "field": field, "direction": direction });
            for (size, backwards) in [(100, false), (100, true), (17, false), (79, true)] {
                let walked = walk(&org, &order, size, backwards).await;
                assert_eq!(
                    walked, expected,
                    "{field} {direction} by {size}, backwards: {backwards}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_newest_purchase_comes_first_when_no_order_is_given() {
    let org = crowd().await;
    let newest = json!({ "field": "SPENT_ON", "direction": "DESC" });
    assert_eq!(
        walk(&org, &Value::Null, 100, false).await,
        walk(&org, &newest, 100, false).await
    );
}

#[tokio::test]
async fn rows_that_come_and_go_leave_the_others_in_their_place() {
    let org = crowd().await;
    let schema = org.schema().await;
    let order = json!({ "field": "AMOUNT", "direction": "ASC" });
    let (first, info) = page(&org, json!({ "first": 50, "order": order })).await;
    let sql = format!(
        "SELECT reference FROM {schema}.expense ORDER BY base_amount, id OFFSET 50 LIMIT 50"
    );
    let expected: Vec<String> = ask_all(&sql).await;
    // The row that the cursor stands on goes too.
    execute(&format!(
        "DELETE FROM {schema}.expense WHERE reference IN ('{}')",
        first[25..].join("', '")
    ))
    .await;
    let (second, _) = page(
        &org,
        json!({ "first": 50, "after": info["endCursor"], "order": order }),
    )
    .await;
    assert_eq!(second, expected);
}

#[tokio::test]
async fn a_cursor_of_another_order_or_list_is_refused() {
    let org = crowd().await;
    let mut cursors = Vec::new();
    for (field, _) in FIELDS {
        let order = json!({ "field": field, "direction": "ASC" });
        cursors.push((
            field,
            page(&org, json!({ "first": 1, "order": order })).await.1["endCursor"].clone(),
        ));
    }
    let members = org
        .owner
        .run(
            "{ members(first: 1) { pageInfo { endCursor } } }",
            json!({}),
        )
        .await;
    cursors.push(("NAME", members.data("members.pageInfo.endCursor")));
    for (field, _) in FIELDS {
        let order = json!({ "field": field, "direction": "ASC" });
        for (of, cursor) in &cursors {
            for (count, edge) in [("first", "after"), ("last", "before")] {
                let answer = org
                    .owner
                    .run(PAGE, json!({ count: 1, edge: cursor, "order": order }))
                    .await;
                let expected: &[&str] = if *of == field { &[] } else { &["INVALID"] };
                assert_eq!(answer.errors(), expected, "{field} {edge} a cursor of {of}");
                if *of != field {
                    assert_eq!(answer.body["errors"][0]["extensions"]["field"], edge);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_page_stays_within_its_filter() {
    let org = crowd().await;
    let schema = org.schema().await;
    let expected: Vec<String> = ask_all(&format!(
        "SELECT reference FROM {schema}.expense WHERE spent_on = '2026-01-02' ORDER BY merchant, id"
    ))
    .await;
    let variables = json!({
        "filter": { "spentOn": { "from": "2026-01-02", "to": "2026-01-02" } },
        "order": { "field": "MERCHANT", "direction": "ASC" }, "first": 50,
    });
    let (mut rows, info) = page(&org, variables.clone()).await;
    let mut next = variables;
    next["after"] = info["endCursor"].clone();
    rows.extend(page(&org, next).await.0);
    assert_eq!(rows, expected);
}
