//! Sums of expenses in pages.

use std::collections::BTreeSet;

use outlay_tests::Org;
use serde_json::{Value, json};

const IMPORT: &str = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) { import { importedRows } } }";
const PAGE: &str = "query($first: Int, $after: String) { spending(groupBy: [MERCHANT], first: $first, after: $after) { \
    count total { amount } rowCount rows { merchant count total { amount } } \
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// An organization that has paid this many merchants: the first 1 euro, the second 2, and so on.
async fn merchants(count: usize) -> Org {
    let org = Org::new().await;
    let lines: Vec<_> = (1..=count)
        .map(|amount| format!("2026-01-15,{amount}.00,M{amount}\n"))
        .collect();
    let file = format!("Date,Amount,Merchant\n{}", lines.concat());
    let mapping = json!({ "spentOn": "Date", "amount": "Amount", "merchant": "Merchant" });
    let input = json!({ "file": null, "currencyCode": "EUR", "mapping": mapping });
    let variables = json!({ "input": input });
    let answer = org
        .owner
        .upload(IMPORT, variables, "payments.csv", file.into_bytes())
        .await;
    assert_eq!(
        answer.data("importExpenses.import.importedRows"),
        count,
        "{}",
        answer.body
    );
    org
}

#[tokio::test]
async fn more_groups_than_fit_are_read_in_pages_that_agree_about_the_sums() {
    let org = merchants(1_001).await;
    let page = async |first: Value, after: Value| {
        let variables = json!({ "first": first, "after": after });
        let answer = org.owner.run(PAGE, variables).await;
        assert_eq!(answer.data("spending.count"), 1_001, "{}", answer.body);
        assert_eq!(answer.data("spending.total.amount"), "501501.00");
        assert_eq!(answer.data("spending.rowCount"), 1_001);
        answer
    };
    let (mut after, mut seen) = (Value::Null, BTreeSet::new());
    for (index, expected) in [400, 400, 201].into_iter().enumerate() {
        let answer = page(json!(400), after).await;
        let rows = answer.data("spending.rows");
        let rows = rows.as_array().expect("rows");
        assert_eq!(rows.len(), expected);
        // The largest first, on all pages together.
        let largest = format!("M{}", 1_001 - 400 * index);
        assert_eq!(rows[0]["merchant"], largest.as_str());
        seen.extend(rows.iter().map(|row| row["merchant"].to_string()));
        assert_eq!(answer.data("spending.pageInfo.hasPreviousPage"), index > 0);
        assert_eq!(answer.data("spending.pageInfo.hasNextPage"), index < 2);
        after = answer.data("spending.pageInfo.endCursor");
    }
    assert_eq!(seen.len(), 1_001);
    let beyond = page(json!(400), after).await;
    assert_eq!(beyond.data("spending.rows"), json!([]));
    assert_eq!(beyond.data("spending.pageInfo.endCursor"), Value::Null);
}

#[tokio::test]
async fn all_groups_are_returned_at_once_as_long_as_they_fit() {
    let org = merchants(1_001).await;
    let all = "query($filter: ExpenseFilter) { spending(groupBy: [MERCHANT], filter: $filter) { rows { merchant } } }";
    let answer = org.owner.run(all, json!({})).await;
    assert_eq!(answer.errors(), ["LIMIT_EXCEEDED"], "{}", answer.body);
    assert_eq!(answer.body["errors"][0]["extensions"]["field"], "first");
    let filter = json!({ "amount": { "from": "2.00" } });
    let answer = org.owner.run(all, json!({ "filter": filter })).await;
    let rows = answer.data("spending.rows");
    assert_eq!(
        rows.as_array().map(Vec::len),
        Some(1_000),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn without_a_dimension_there_is_one_group_or_none() {
    let org = Org::new().await;
    let document = "{ spending(groupBy: []) { count total { amount } rowCount rows { count } } }";
    let answer = org.owner.run(document, json!({})).await;
    let expected = json!({ "count": 0, "total": { "amount": "0.00" }, "rowCount": 0, "rows": [] });
    assert_eq!(answer.data("spending"), expected);
    org.expense("Rail", "12.50").await;
    let answer = org.owner.run(document, json!({})).await;
    let expected = json!({ "count": 1, "total": { "amount": "12.50" }, "rowCount": 1, "rows": [{ "count": 1 }] });
    assert_eq!(answer.data("spending"), expected);
}

#[tokio::test]
async fn a_page_that_cannot_be_is_rejected() {
    let org = Org::new().await;
    for (variables, field) in [
        (json!({ "first": 0 }), "first"),
        (json!({ "first": 1_001 }), "first"),
        (json!({ "first": 1, "after": "x" }), "after"),
    ] {
        let answer = org.owner.run(PAGE, variables.clone()).await;
        assert_eq!(answer.errors(), ["INVALID"], "{variables}");
        assert_eq!(answer.body["errors"][0]["extensions"]["field"], field);
    }
}
