//! Each write to a blocking budget is checked by the change that it makes.

use outlay_tests::{Answer, money};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    Books, approved, block_overspending, books, budget, change, charged, draft, step, take,
};

fn assert_refused(answer: &Answer, mutation: &str, field: &str) {
    assert_eq!(answer.codes(), ["LIMIT_EXCEEDED"], "{}", answer.body);
    let named = answer.data(&format!("{mutation}.errors.0.field"));
    assert_eq!(named, field, "{}", answer.body);
}

#[tokio::test]
async fn an_error_names_what_the_caller_changed_and_what_is_left() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    draft(owner, &books.budget, "90.00").await;
    let answer = owner
        .mutate(
            "createExpense",
            charged(&books.budget, "10.01"),
            "expense { id }",
        )
        .await;
    assert_refused(&answer, "createExpense", "amount");
    assert_eq!(
        answer.data("createExpense.errors.0.message"),
        "The budget has 10.00 EUR left; this exceeds it by 0.01 EUR. \
         Raise the budget first, or charge another one."
    );
    let other = books.other_budget(2, "50.00").await;
    let elsewhere = draft(owner, &other, "20.00").await;
    for (field, value) in [
        ("amount", money("50.01")),
        ("budgetId", json!(books.budget)),
    ] {
        let mut input = change(&elsewhere);
        input[field] = value;
        let answer = owner.mutate("updateExpense", input, "expense { id }").await;
        assert_refused(&answer, "updateExpense", field);
    }
    let mary = books.org.member("MEMBER").await;
    let rejected = draft(&mary, &books.budget, "10.00").await;
    let rejected = take(
        &books.org,
        &mary,
        &rejected,
        &["submitExpense", "rejectExpense"],
    )
    .await;
    assert_eq!(books.charge("0.01").await, [""; 0]);
    let answer = mary
        .mutate(
            "reopenExpense",
            step("reopenExpense", &rejected),
            "expense { id }",
        )
        .await;
    assert_refused(&answer, "reopenExpense", "id");
}

#[tokio::test]
async fn an_expense_moves_to_a_budget_with_room_and_leaves_its_own() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    let other = books.other_budget(2, "50.00").await;
    let mut expense = draft(owner, &books.budget, "50.00").await;
    for (to, here, there) in [
        (json!(other), 0, 50),
        (Value::Null, 0, 0),
        (json!(books.budget), 50, 0),
    ] {
        let mut input = change(&expense);
        input["budgetId"] = to;
        let moved = owner
            .must("updateExpense", input, "expense { id version }")
            .await;
        expense = moved["expense"].clone();
        assert_eq!(budget(owner, &books.budget).await.0, Decimal::from(here));
        assert_eq!(budget(owner, &other).await.0, Decimal::from(there));
    }
    // Moved and raised at once, it is the new amount that has to fit.
    let mut input = change(&expense);
    input["budgetId"] = json!(other);
    input["amount"] = money("50.01");
    let answer = owner.mutate("updateExpense", input, "expense { id }").await;
    assert_refused(&answer, "updateExpense", "budgetId");
}

#[tokio::test]
async fn another_exchange_rate_is_another_charge() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    let mut input = charged(&books.budget, "0");
    let dollars = json!({ "amount": "100.00", "currencyCode": "USD" });
    input["amount"] = dollars.clone();
    input["exchangeRate"] = json!("0.9");
    let made = owner.must("createExpense", input, super::EXPENSE).await;
    for (rate, codes) in [("1.0001", vec!["LIMIT_EXCEEDED"]), ("1", vec![])] {
        let mut input = change(&made["expense"]);
        input["amount"] = dollars.clone();
        input["exchangeRate"] = json!(rate);
        let answer = owner.mutate("updateExpense", input, "expense { id }").await;
        assert_eq!(answer.codes(), codes, "{rate}: {}", answer.body);
    }
    assert_eq!(books.remaining().await, Decimal::ZERO);
}

#[tokio::test]
async fn steps_of_a_purchase_that_fits_are_never_refused() {
    let books = Books::blocking("100.00").await;
    let mary = books.org.member("MEMBER").await;
    let purchase = draft(&mary, &books.budget, "100.00").await;
    let purchase = take(
        &books.org,
        &mary,
        &purchase,
        &["submitExpense", "withdrawExpense"],
    )
    .await;
    let steps = [
        "submitExpense",
        "rejectExpense",
        "reopenExpense",
        "submitExpense",
        "approveExpense",
    ];
    let purchase = take(&books.org, &mary, &purchase, &steps).await;
    assert_eq!(books.remaining().await, Decimal::ZERO);
    take(&books.org, &mary, &purchase, &["voidExpense"]).await;
    assert_eq!(books.remaining().await, Decimal::from(100));
}

#[tokio::test]
async fn what_does_not_raise_the_charge_of_an_overspent_budget_is_allowed() {
    let books = books("100.00").await;
    let mary = books.org.member("MEMBER").await;
    let purchases = [
        draft(&mary, &books.budget, "60.00").await,
        draft(&mary, &books.budget, "60.00").await,
        draft(&mary, &books.budget, "60.00").await,
    ];
    let refund = draft(&mary, &books.budget, "-10.00").await;
    block_overspending(&books.org).await;
    assert_eq!(books.remaining().await, Decimal::from(-80));
    // What raises it is refused, and what is left is not said to be less than nothing.
    let mut input = change(&purchases[0]);
    input["amount"] = money("60.01");
    let answer = mary.mutate("updateExpense", input, "expense { id }").await;
    assert_refused(&answer, "updateExpense", "amount");
    let message = answer.data("updateExpense.errors.0.message");
    let message = message.as_str().expect("a message");
    assert!(
        message.starts_with("The budget has 0.00 EUR left; this exceeds it by 80.01 EUR."),
        "{message}"
    );
    let mut input = change(&purchases[0]);
    input["merchant"] = json!("Another shop");
    input["amount"] = money("59.00");
    mary.must("updateExpense", input, "expense { id }").await;
    take(
        &books.org,
        &mary,
        &refund,
        &["submitExpense", "approveExpense"],
    )
    .await;
    take(
        &books.org,
        &mary,
        &purchases[1],
        &["submitExpense", "approveExpense"],
    )
    .await;
    mary.must("deleteExpense", change(&purchases[2]), "deletedId")
        .await;
    draft(&mary, &books.budget, "-1.00").await;
    assert_eq!(books.remaining().await, Decimal::from(-9));
    let other = books.other_budget(2, "100.00").await;
    let mut input = json!({ "id": purchases[0]["id"], "version": 2 });
    input["budgetId"] = json!(other);
    mary.must("updateExpense", input, "expense { id }").await;
    assert_eq!(books.remaining().await, Decimal::from(50));
}

#[tokio::test]
async fn a_budget_does_not_shrink_below_what_approved_refunds_leave_spent() {
    let books = Books::blocking("100.00").await;
    let mary = books.org.member("MEMBER").await;
    assert_eq!(books.charge("100.00").await, [""; 0]);
    draft(&mary, &books.budget, "-30.00").await;
    approved(&books.org, &mary, &books.budget, "-20.00").await;
    for (amount, codes) in [("79.99", vec!["LIMIT_EXCEEDED"]), ("80.00", vec![])] {
        let input = json!({ "id": books.budget, "version": 1, "amount": money(amount) });
        let answer = books
            .org
            .owner
            .mutate("updateBudget", input, "budget { id }")
            .await;
        assert_eq!(answer.codes(), codes, "{amount}: {}", answer.body);
    }
}
