//! Global ids.

use outlay_tests::{Org, expense};
use serde_json::{Value, json};

use super::refused_field;

/// Texts that are the id of nothing.
fn malformed() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "x",
        "1",
        "expense:1",
        "ZQ",
        "////",
        "null",
        "a\0b",
        "é",
        "ZQ==",
        "00000000-0000-0000-0000-000000000000",
        "'; DROP TABLE expense; --",
    ];
    let long = "A".repeat(100_000);
    texts
        .iter()
        .map(|text| json!(text))
        .chain([json!(long), json!(7)])
        .collect()
}

/// A mutation, an input that is right but for one id, that id's field, and what it should be the id of.
fn inputs() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let (own, budget) = (
        json!({ "version": 1 }),
        json!({ "year": 2026, "month": 1, "amount": outlay_tests::money("1") }),
    );
    let with = |mut input: Value, field: &str, value: Value| {
        input[field] = value;
        input
    };
    let reason = with(own.clone(), "reason", json!("x"));
    vec![
        ("updateDepartment", own.clone(), "id", "department"),
        ("deleteDepartment", own.clone(), "id", "department"),
        (
            "createDepartment",
            json!({ "name": "x" }),
            "parentId",
            "department",
        ),
        (
            "createDepartment",
            json!({ "name": "x" }),
            "headId",
            "member",
        ),
        ("updateCategory", own.clone(), "id", "category"),
        ("deleteAccount", own.clone(), "id", "account"),
        ("createBudget", budget, "departmentId", "department"),
        ("deleteBudget", own.clone(), "id", "budget"),
        ("updateMember", own.clone(), "id", "member"),
        ("deactivateMember", own.clone(), "id", "member"),
        ("revokeInvitation", own.clone(), "id", "invitation"),
        (
            "inviteMember",
            json!({ "email": "a@b.example", "role": "MEMBER" }),
            "departmentId",
            "department",
        ),
        ("createExpense", expense("x", "1"), "categoryId", "category"),
        (
            "createExpense",
            expense("x", "1"),
            "departmentId",
            "department",
        ),
        ("createExpense", expense("x", "1"), "budgetId", "budget"),
        ("createExpense", expense("x", "1"), "memberId", "member"),
        ("updateExpense", own.clone(), "id", "expense"),
        ("submitExpense", own.clone(), "id", "expense"),
        ("approveExpense", own, "id", "expense"),
        ("voidExpense", reason, "id", "expense"),
    ]
}

#[tokio::test]
async fn what_is_no_id_or_the_id_of_another_kind_is_refused_by_the_fields_name() {
    let org = Org::new().await;
    let department = org.department("D").await;
    let ids = [
        ("organization", org.id.clone()),
        ("category", org.category("C").await),
        ("expense", org.expense("E", "1").await),
        ("account", org.account("A", "1").await),
        ("department", department),
    ];
    for (mutation, mut input, field, kind) in inputs() {
        if mutation == "createBudget" {
            input["accountId"] = json!(ids[3].1);
        }
        let others = ids
            .iter()
            .filter(|(of, _)| *of != kind)
            .map(|(_, id)| json!(id));
        for id in malformed().into_iter().chain(others) {
            input[field] = id.clone();
            let answer = org
                .owner
                .mutate(mutation, input.clone(), "__typename")
                .await;
            let what = format!(
                "{mutation} {field} {}",
                id.to_string().chars().take(30).collect::<String>()
            );
            assert_eq!(
                refused_field(&what, &answer).as_deref(),
                Some(field),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_looked_up_by_a_wrong_id_is_refused_and_node_knows_nothing_of_it() {
    let org = Org::new().await;
    for id in malformed()
        .into_iter()
        .chain([json!(org.category("C").await)])
    {
        for noun in ["expense", "member", "department", "account", "budget"] {
            let answer = org
                .owner
                .run(
                    &format!("query ($id: ID!) {{ {noun}(id: $id) {{ id }} }}"),
                    json!({ "id": id }),
                )
                .await;
            assert_eq!(
                refused_field(noun, &answer).as_deref(),
                Some("id"),
                "{noun}"
            );
        }
        for field in [
            "categoryId",
            "memberId",
            "budgetId",
            "importId",
            "departmentId",
        ] {
            let document = format!(
                "query ($id: ID!) {{ expenses(first: 1, filter: {{ {field}: {{ in: [$id] }} }}) {{ totalCount }} }}"
            );
            let answer = org.owner.run(&document, json!({ "id": id })).await;
            if field == "categoryId" && answer.codes().is_empty() {
                continue;
            }
            assert_eq!(
                refused_field(field, &answer),
                Some(format!("filter.{field}.in")),
                "{id}"
            );
        }
    }
    for id in malformed() {
        let document = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
        let answer = org.owner.run(document, json!({ "id": id })).await;
        assert_eq!(
            (answer.errors(), answer.data("node"), answer.data("nodes")),
            (vec![], Value::Null, json!([null]))
        );
    }
}

#[tokio::test]
async fn too_many_ids_are_refused() {
    let org = Org::new().await;
    let ids = vec![org.id.clone(); 101];
    let answer = org
        .owner
        .run(
            "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await;
    assert_eq!(answer.errors(), ["LIMIT_EXCEEDED"]);
    let ids = vec![org.category("C").await; 101];
    let document = "query ($ids: [ID!]!) { expenses(first: 1, filter: { categoryId: { in: $ids } }) { totalCount } }";
    let answer = org.owner.run(document, json!({ "ids": ids })).await;
    assert_eq!(
        refused_field("101 ids", &answer).as_deref(),
        Some("filter.categoryId.in")
    );
}
