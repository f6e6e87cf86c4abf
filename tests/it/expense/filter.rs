//! Which expenses a list holds.

use outlay_tests::{Org, execute, expense, money};
use serde_json::{Value, json};

const LIST: &str = "query ($filter: ExpenseFilter) { expenses(first: 100, filter: $filter,
    orderBy: { field: MERCHANT, direction: ASC }) { totalCount total { amount } nodes { merchant } }
    spending(groupBy: [], filter: $filter) { count total { amount } } }";

/// The merchants that a filter lets through; list, count and sums must agree about them.
async fn merchants(org: &Org, filter: Value) -> String {
    let answer = org.owner.run(LIST, json!({ "filter": filter })).await;
    let nodes = answer.data("expenses.nodes");
    let nodes = nodes
        .as_array()
        .unwrap_or_else(|| panic!("{filter}: {}", answer.body));
    assert_eq!(answer.data("expenses.totalCount"), nodes.len(), "{filter}");
    assert_eq!(answer.data("spending.count"), nodes.len(), "{filter}");
    assert_eq!(
        answer.data("spending.total"),
        answer.data("expenses.total"),
        "{filter}"
    );
    let names: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node["merchant"].as_str())
        .collect();
    names.join(" ")
}

/// Five expenses, a to e, that differ in everything that can be filtered by.
async fn five() -> (Org, Value) {
    let org = Org::new().await;
    let (travel, meals) = (org.category("Travel").await, org.category("Meals").await);
    let (sales, research) = (
        org.department("Sales").await,
        org.department("Research").await,
    );
    let account = org.account("Bank", "1000").await;
    let budget = org.budget(&sales, &account, "500").await;
    let member = org.member("MEMBER").await;
    let who = member
        .run("{ viewer { member { id } } }", json!({}))
        .await
        .data("viewer.member.id");
    for (merchant, amount, day, more) in [
        (
            "a",
            "10.00",
            "2025-12-31",
            json!({ "categoryId": travel, "departmentId": sales }),
        ),
        (
            "b",
            "-5.00",
            "2026-01-01",
            json!({ "categoryId": meals, "budgetId": budget }),
        ),
        (
            "c",
            "20.00",
            "2026-01-31",
            json!({ "departmentId": research, "description": "Zug nach Köln" }),
        ),
        (
            "d",
            "20.01",
            "2026-02-01",
            json!({ "reference": "R-100%", "memberId": who }),
        ),
        ("e", "0.00", "2026-02-28", json!({})),
    ] {
        let mut input = expense(merchant, amount);
        input["spentOn"] = json!(day);
        input["amount"] = money(amount);
        for (field, value) in more.as_object().expect("fields") {
            input[field] = value.clone();
        }
        org.owner
            .must("createExpense", input, "expense { id }")
            .await;
    }
    let schema = org.schema().await;
    execute(&format!(
        "UPDATE {schema}.expense SET status = 'SUBMITTED' WHERE merchant = 'b';
         UPDATE {schema}.expense SET status = 'APPROVED' WHERE merchant IN ('c', 'd')"
    ))
    .await;
    let ids = json!({
        "travel": travel, "meals": meals, "sales": sales, "research": research, "budget": budget, "member": who,
    });
    (org, ids)
}

#[tokio::test]
async fn each_condition_lets_through_what_it_says_and_all_are_joined_by_and() {
    let (org, ids) = five().await;
    for (filter, expected) in [
        (json!(null), "a b c d e"),
        (json!({}), "a b c d e"),
        (json!({ "status": { "in": ["DRAFT"] } }), "a e"),
        (
            json!({ "status": { "in": ["SUBMITTED", "APPROVED"] } }),
            "b c d",
        ),
        (json!({ "status": { "in": [] } }), ""),
        (
            json!({ "spentOn": { "from": "2026-01-01", "to": "2026-01-31" } }),
            "b c",
        ),
        (json!({ "spentOn": { "from": "2026-02-01" } }), "d e"),
        (json!({ "spentOn": { "to": "2025-12-31" } }), "a"),
        (
            json!({ "spentOn": { "from": "2026-02-01", "to": "2026-01-01" } }),
            "",
        ),
        (json!({ "spentOn": {} }), "a b c d e"),
        (json!({ "amount": { "from": "20" } }), "c d"),
        (json!({ "amount": { "from": "-5", "to": "0" } }), "b e"),
        (
            json!({ "amount": { "from": "20.005", "to": "20.015" } }),
            "d",
        ),
        (json!({ "amount": { "from": 20, "to": 20 } }), "c"),
        (json!({ "categoryId": { "in": [ids["travel"]] } }), "a"),
        (
            json!({ "categoryId": { "in": [ids["travel"], ids["meals"]] } }),
            "a b",
        ),
        (json!({ "categoryId": { "in": [] } }), ""),
        (json!({ "departmentId": { "in": [ids["research"]] } }), "c"),
        (json!({ "budgetId": { "in": [ids["budget"]] } }), "b"),
        (json!({ "memberId": { "in": [ids["member"]] } }), "d"),
        (json!({ "importId": { "in": [] } }), ""),
        (json!({ "merchant": { "contains": "C" } }), "c"),
        (json!({ "search": "zug NACH" }), "c"),
        (json!({ "search": "r-100" }), "d"),
        (json!({ "search": "%" }), "d"),
        (json!({ "search": "_" }), ""),
        (json!({ "search": "\\" }), ""),
        (json!({ "search": "'; DROP TABLE expense; --" }), ""),
        (
            json!({ "status": { "in": ["APPROVED"] }, "departmentId": { "in": [ids["research"]] } }),
            "c",
        ),
        (
            json!({ "status": { "in": ["DRAFT"] }, "departmentId": { "in": [ids["research"]] } }),
            "",
        ),
    ] {
        assert_eq!(merchants(&org, filter.clone()).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_text_is_found_whatever_its_case_in_any_script() {
    let (org, _) = five().await;
    for text in ["Köln", "KÖLN", "köln", "Ko\u{308}ln"] {
        assert_eq!(
            merchants(&org, json!({ "search": text })).await,
            "c",
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_filter_by_what_another_organization_has_lets_nothing_through() {
    let (org, _) = five().await;
    let (_, theirs) = five().await;
    for (field, id) in [
        ("categoryId", "travel"),
        ("departmentId", "sales"),
        ("budgetId", "budget"),
        ("memberId", "member"),
    ] {
        assert_eq!(
            merchants(&org, json!({ field: { "in": [theirs[id]] } })).await,
            "",
            "{field}"
        );
    }
}
