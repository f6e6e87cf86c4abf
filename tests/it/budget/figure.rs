//! Spent amounts of a budget and its account, and budgets that are rejected.

use outlay_tests::{execute, money};
use rust_decimal::Decimal;
use serde_json::json;

use super::{CHARGED, block_overspending, books, budget, charged, recount};

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
        (&other, "0.30"),
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
    assert_eq!(answer.data("account.balance.amount"), "969.40");
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

#[tokio::test]
async fn a_state_and_a_sign_say_what_is_charged() {
    let books = books("1000.00").await;
    let (owner, schema) = (&books.org.owner, books.org.schema().await);
    for (status, purchase, refund) in CHARGED {
        for (amount, is_charged) in [("30.00", purchase), ("-20.00", refund), ("0.00", false)] {
            books
                .org
                .make("createExpense", charged(&books.budget, amount), "expense")
                .await;
            execute(&format!("UPDATE {schema}.expense SET status = '{status}'")).await;
            let amount: Decimal = amount.parse().expect("a decimal");
            let expected = if is_charged { amount } else { Decimal::ZERO };
            let (spent, remaining) = budget(owner, &books.budget).await;
            assert_eq!(spent, expected, "{amount} {status}");
            assert_eq!(
                remaining,
                Decimal::from(1000) - expected,
                "{amount} {status}"
            );
            assert_eq!(recount(owner, &books.budget).await, spent);
            let document = "query($id: ID!) { account(id: $id) { balance { amount } } }";
            let answer = owner.run(document, json!({ "id": books.account })).await;
            let balance = super::decimal(&answer.data("account.balance.amount"));
            assert_eq!(balance, Decimal::from(1000) - expected, "{amount} {status}");
            execute(&format!("DELETE FROM {schema}.expense")).await;
        }
    }
}
