//! Budgets: derived figures, and no overspending however many spend at once.

use futures::future::join_all;
use outlay_tests::{Client, Org, expense, money, outcomes};
use rust_decimal::Decimal;
use serde_json::{Value, json};

async fn block_overspending(org: &Org) {
    let version = org
        .owner
        .run("{ organization { version } }", json!({}))
        .await
        .data("organization.version");
    let input = json!({ "version": version, "overBudget": "BLOCK" });
    org.owner
        .must(
            "updateOrganization",
            input,
            "organization { settings { overBudget } }",
        )
        .await;
}

async fn budget(client: &Client, id: &str) -> (Decimal, Decimal) {
    let document = "query($id: ID!) { budget(id: $id) { spent { amount } remaining { amount } } }";
    let answer = client.run(document, json!({ "id": id })).await;
    let amount = |path: &str| decimal(&answer.data(&format!("budget.{path}.amount")));
    (amount("spent"), amount("remaining"))
}

fn decimal(value: &Value) -> Decimal {
    value
        .as_str()
        .expect("an amount")
        .parse()
        .expect("a decimal")
}

/// What the list of expenses adds up to, leaving out what a budget does not count.
async fn recount(client: &Client, budget: &str) -> Decimal {
    let document = "query($filter: ExpenseFilter) { expenses(first: 100, filter: $filter) { \
        pageInfo { hasNextPage } nodes { status baseAmount { amount } } } }";
    let filter = json!({ "budgetId": { "in": [budget] } });
    let answer = client.run(document, json!({ "filter": filter })).await;
    assert_eq!(answer.data("expenses.pageInfo.hasNextPage"), false);
    let nodes = answer.data("expenses.nodes");
    let counted = nodes.as_array().expect("nodes").iter().filter(|node| {
        !["REJECTED", "VOIDED"].contains(&node["status"].as_str().expect("a status"))
    });
    counted
        .map(|node| decimal(&node["baseAmount"]["amount"]))
        .sum()
}

struct Books {
    org: Org,
    department: String,
    account: String,
    budget: String,
}

async fn books(limit: &str) -> Books {
    let org = Org::new().await;
    let department = org.department("Research").await;
    let account = org.account("Main", "1000").await;
    let budget = org.budget(&department, &account, limit).await;
    Books {
        org,
        department,
        account,
        budget,
    }
}

fn charged(budget: &str, amount: &str) -> Value {
    let mut input = expense("Shop", amount);
    input["budgetId"] = json!(budget);
    input
}

#[tokio::test]
async fn fifty_at_once_never_exceed_a_blocking_budget() {
    let books = books("100.00").await;
    block_overspending(&books.org).await;
    let attempts = (0..50).map(|_| {
        books.org.owner.mutate(
            "createExpense",
            charged(&books.budget, "7.00"),
            "expense { id }",
        )
    });
    let answers = join_all(attempts).await;
    assert_eq!(
        outcomes(&answers, "LIMIT_EXCEEDED"),
        (14, 36),
        "14 × 7.00 is all that fits into 100.00"
    );
    let (spent, remaining) = budget(&books.org.owner, &books.budget).await;
    assert_eq!((spent, remaining), (Decimal::from(98), Decimal::from(2)));
    assert_eq!(recount(&books.org.owner, &books.budget).await, spent);
}

#[tokio::test]
async fn figures_stay_right_under_updates_and_deletes_at_once() {
    let books = books("100.00").await;
    block_overspending(&books.org).await;
    let owner = &books.org.owner;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(
            books
                .org
                .make("createExpense", charged(&books.budget, "5.00"), "expense")
                .await,
        );
    }
    let (spent, _) = budget(owner, &books.budget).await;
    assert_eq!(spent, Decimal::from(100));
    // Half of them want to grow, which only fits as the other half shrinks or goes.
    let work = ids.iter().enumerate().map(|(index, id)| async move {
        match index % 4 {
            0 | 1 => {
                let input = json!({ "id": id, "version": 1, "amount": money("9.00") });
                owner.mutate("updateExpense", input, "expense { id }").await
            }
            2 => {
                let input = json!({ "id": id, "version": 1, "amount": money("1.00") });
                owner.mutate("updateExpense", input, "expense { id }").await
            }
            _ => {
                owner
                    .mutate(
                        "deleteExpense",
                        json!({ "id": id, "version": 1 }),
                        "deletedId",
                    )
                    .await
            }
        }
    });
    for answer in join_all(work).await {
        assert!(
            answer.codes().iter().all(|code| code == "LIMIT_EXCEEDED"),
            "{}",
            answer.body
        );
    }
    let (spent, remaining) = budget(owner, &books.budget).await;
    assert!(spent <= Decimal::from(100), "{spent}");
    assert_eq!(spent + remaining, Decimal::from(100));
    assert_eq!(recount(owner, &books.budget).await, spent);
}

#[tokio::test]
async fn a_rejected_expense_gives_its_money_back_and_takes_it_again() {
    let books = books("10.00").await;
    block_overspending(&books.org).await;
    let mary = books.org.member("MEMBER").await;
    let owner = &books.org.owner;
    let made = mary
        .must(
            "createExpense",
            charged(&books.budget, "8.00"),
            "expense { id version }",
        )
        .await;
    let mut expense = made["expense"].clone();
    for (client, step) in [(&mary, "submitExpense"), (owner, "rejectExpense")] {
        let mut input = json!({ "id": expense["id"], "version": expense["version"] });
        if step == "rejectExpense" {
            input["reason"] = json!("No receipt");
        }
        expense = client
            .must(step, input, "expense { id version status }")
            .await["expense"]
            .clone();
    }
    assert_eq!(
        budget(owner, &books.budget).await,
        (Decimal::ZERO, Decimal::from(10))
    );
    // Another takes the room; then the rejected one does not fit any more.
    owner
        .must(
            "createExpense",
            charged(&books.budget, "8.00"),
            "expense { id }",
        )
        .await;
    let input = json!({ "id": expense["id"], "version": expense["version"] });
    let reopened = mary
        .mutate("reopenExpense", input, "expense { status }")
        .await;
    assert_eq!(reopened.codes(), ["LIMIT_EXCEEDED"], "{}", reopened.body);
}

#[tokio::test]
async fn without_the_rule_a_budget_goes_below_zero_and_says_so() {
    let books = books("10.00").await;
    books
        .org
        .make("createExpense", charged(&books.budget, "25.00"), "expense")
        .await;
    let (spent, remaining) = budget(&books.org.owner, &books.budget).await;
    assert_eq!((spent, remaining), (Decimal::from(25), Decimal::from(-15)));
}

#[tokio::test]
async fn a_refund_gives_room_back() {
    let books = books("10.00").await;
    block_overspending(&books.org).await;
    for (amount, codes) in [
        ("10.00", vec![]),
        ("0.01", vec!["LIMIT_EXCEEDED"]),
        ("-4.00", vec![]),
        ("4.00", vec![]),
    ] {
        let answer = books
            .org
            .owner
            .mutate(
                "createExpense",
                charged(&books.budget, amount),
                "expense { id }",
            )
            .await;
        assert_eq!(answer.codes(), codes, "{amount}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_account_holds_what_its_budgets_have_not_spent() {
    let books = books("500.00").await;
    let input = json!({
        "departmentId": books.department, "accountId": books.account, "year": 2026, "month": 2,
        "amount": money("500"),
    });
    let other = books.org.make("createBudget", input, "budget").await;
    for (budget, amount) in [
        (&books.budget, "10.10"),
        (&other, "20.20"),
        (&other, "-0.30"),
    ] {
        books
            .org
            .make("createExpense", charged(budget, amount), "expense")
            .await;
    }
    let document = "query($id: ID!) { account(id: $id) { balance { amount } } }";
    let answer = books
        .org
        .owner
        .run(document, json!({ "id": books.account }))
        .await;
    assert_eq!(answer.data("account.balance.amount"), "970.00");
}

#[tokio::test]
async fn bad_budgets_are_refused_by_field() {
    let books = books("10.00").await;
    let base = json!({
        "departmentId": books.department, "accountId": books.account, "year": 2026, "month": 3, "amount": money("1"),
    });
    for (field, value, code, named) in [
        ("month", json!(0), "INVALID", "month"),
        ("month", json!(13), "INVALID", "month"),
        ("year", json!(1), "INVALID", "year"),
        ("year", json!(99_999), "INVALID", "year"),
        ("amount", money("-1"), "INVALID", "amount.amount"),
        (
            "amount",
            json!({ "amount": "1", "currencyCode": "USD" }),
            "INVALID",
            "amount.currencyCode",
        ),
        ("accountId", json!(books.department), "INVALID", "accountId"),
        ("month", json!(1), "CONFLICT", "month"),
    ] {
        let mut input = base.clone();
        input[field] = value;
        let answer = books
            .org
            .owner
            .mutate("createBudget", input, "budget { id }")
            .await;
        assert_eq!(answer.codes(), [code], "{field}: {}", answer.body);
        assert_eq!(
            answer.data("createBudget.errors.0.field"),
            named,
            "{}",
            answer.body
        );
    }
}
