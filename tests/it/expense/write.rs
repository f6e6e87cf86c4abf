//! Entering, changing and deleting.

use outlay_tests::{Org, expense, money};
use serde_json::{Value, json};

const ALL: &str =
    "expense { id version status merchant description reference spentOn amount { amount }
    category { id } department { id } budget { id } }";

#[tokio::test]
async fn an_update_changes_what_it_names_and_null_removes() {
    let org = Org::new().await;
    let (category, department) = (org.category("Travel").await, org.department("Sales").await);
    let account = org.account("Bank", "100").await;
    let budget = org.budget(&department, &account, "50").await;
    let input = json!({
        "amount": money("12.50"), "spentOn": "2026-01-31", "merchant": " Cafe\u{301} ", "description": "two\nlines",
        "reference": "R-1", "categoryId": category, "departmentId": department, "budgetId": budget,
    });
    let made = org.owner.must("createExpense", input, ALL).await["expense"].clone();
    let mut expected = json!({
        "id": made["id"], "version": 1, "status": "DRAFT", "merchant": "Café", "description": "two\nlines",
        "reference": "R-1", "spentOn": "2026-01-31", "amount": { "amount": "12.50" },
        "category": { "id": category }, "department": { "id": department }, "budget": { "id": budget },
    });
    assert_eq!(made, expected);
    let input = json!({
        "id": made["id"], "version": 1, "merchant": "Bar", "reference": null, "categoryId": null, "budgetId": null,
    });
    let changed = org.owner.must("updateExpense", input, ALL).await["expense"].clone();
    for (field, value) in [("version", json!(2)), ("merchant", json!("Bar"))] {
        expected[field] = value;
    }
    for field in ["reference", "category", "budget"] {
        expected[field] = Value::Null;
    }
    assert_eq!(changed, expected);
    let input = json!({ "id": made["id"], "version": 1, "merchant": "Late" });
    assert_eq!(
        org.owner.mutate("updateExpense", input, ALL).await.codes(),
        ["CONFLICT"]
    );
    let input = json!({ "id": made["id"], "version": 2 });
    let deleted = org
        .owner
        .must("deleteExpense", input.clone(), "deletedId")
        .await;
    assert_eq!(deleted["deletedId"], made["id"]);
    assert_eq!(
        org.owner
            .mutate("deleteExpense", input, "deletedId")
            .await
            .codes(),
        ["NOT_FOUND"]
    );
    assert_eq!(org.count("expense", "true").await, 0);
}

#[tokio::test]
async fn an_expense_is_for_the_department_of_its_member_unless_it_says_otherwise() {
    let org = Org::new().await;
    let (sales, research) = (
        org.department("Sales").await,
        org.department("Research").await,
    );
    let member = org.member_in("MEMBER", Some(&sales)).await;
    let made = member
        .must("createExpense", expense("Café", "1"), ALL)
        .await;
    assert_eq!(made["expense"]["department"]["id"], sales);
    let mut input = expense("Café", "1");
    input["departmentId"] = json!(research);
    let made = member.must("createExpense", input, ALL).await;
    assert_eq!(made["expense"]["department"]["id"], research);
}

#[tokio::test]
async fn what_another_organization_has_is_not_found() {
    let (org, other) = (Org::new().await, Org::new().await);
    let (department, account) = (
        other.department("Theirs").await,
        other.account("Theirs", "1").await,
    );
    let theirs = [
        ("departmentId", json!(department)),
        ("categoryId", json!(other.category("Theirs").await)),
        (
            "budgetId",
            json!(other.budget(&department, &account, "1").await),
        ),
        (
            "memberId",
            other
                .owner
                .run("{ viewer { member { id } } }", json!({}))
                .await
                .data("viewer.member.id"),
        ),
    ];
    let own = org.expense("Café", "1").await;
    for (field, id) in theirs {
        let mut input = expense("Café", "1");
        input[field] = id.clone();
        let answer = org.owner.mutate("createExpense", input, ALL).await;
        assert_eq!(answer.codes(), ["NOT_FOUND"], "{field}");
        assert_eq!(answer.data("createExpense.errors.0.field"), field);
        if field != "memberId" {
            let mut input = json!({ "id": own, "version": 1 });
            input[field] = id;
            let answer = org.owner.mutate("updateExpense", input, ALL).await;
            assert_eq!(answer.codes(), ["NOT_FOUND"], "{field}");
        }
    }
    let theirs = other.expense("Café", "1").await;
    for name in ["updateExpense", "submitExpense", "deleteExpense"] {
        let answer = org
            .owner
            .mutate(name, json!({ "id": theirs, "version": 1 }), "__typename")
            .await;
        assert_eq!(answer.codes(), ["NOT_FOUND"], "{name}");
    }
}

#[tokio::test]
async fn a_day_is_of_the_years_that_books_know() {
    let org = Org::new().await;
    for (day, taken) in [
        ("1900-01-01", true),
        ("2024-02-29", true),
        ("2199-12-31", true),
        ("1899-12-31", false),
        ("2200-01-01", false),
        ("0000-01-01", false),
        ("2023-02-29", false),
        ("2026-13-01", false),
        ("2026-1-1", false),
        ("26-01-2026", false),
        ("2026-01-15T00:00:00Z", false),
        ("-026-01-01", false),
        ("", false),
    ] {
        let mut input = expense("Café", "1");
        input["spentOn"] = json!(day);
        let answer = org.owner.mutate("createExpense", input, ALL).await;
        let expected: &[&str] = if taken { &[] } else { &["INVALID"] };
        assert_eq!(answer.codes(), expected, "{day:?}");
        if taken {
            assert_eq!(answer.data("createExpense.expense.spentOn"), day);
        }
    }
}
