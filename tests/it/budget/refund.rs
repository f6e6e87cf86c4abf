//! Refunds of a budget that blocks overspending: none frees money before it is approved, and none is taken back after the
//! money was spent.

use outlay_tests::money;
use rust_decimal::Decimal;
use serde_json::json;

use super::{Books, approved, budget, change, draft, step, take};

#[tokio::test]
async fn a_refund_gives_room_once_it_is_approved() {
    let books = Books::blocking("10.00").await;
    let mary = books.org.member("MEMBER").await;
    assert_eq!(books.charge("10.00").await, [""; 0]);
    let mut refund = draft(&mary, &books.budget, "-4.00").await;
    assert_eq!(books.charge("0.01").await, ["LIMIT_EXCEEDED"]);
    refund = take(&books.org, &mary, &refund, &["submitExpense"]).await;
    assert_eq!(books.charge("0.01").await, ["LIMIT_EXCEEDED"]);
    refund = take(&books.org, &mary, &refund, &["approveExpense"]).await;
    assert_eq!(books.charge("4.01").await, ["LIMIT_EXCEEDED"]);
    assert_eq!(books.charge("4.00").await, [""; 0]);
    take(&books.org, &mary, &refund, &["reimburseExpense"]).await;
    assert_eq!(books.remaining().await, Decimal::ZERO);
}

#[tokio::test]
async fn a_refund_that_nobody_approved_is_changed_freely_and_frees_nothing() {
    for (name, other) in [
        ("lowered", false),
        ("deleted", false),
        ("moved", true),
        ("moved to none", false),
        ("voided", false),
        ("rejected", false),
        ("withdrawn", false),
    ] {
        let books = Books::blocking("100.00").await;
        let mary = books.org.member("MEMBER").await;
        assert_eq!(books.charge("100.00").await, [""; 0]);
        let refund = draft(&mary, &books.budget, "-50.00").await;
        assert_eq!(books.charge("50.00").await, ["LIMIT_EXCEEDED"], "{name}");
        let mut input = change(&refund);
        match name {
            "lowered" => {
                input["amount"] = money("-10.00");
                mary.must("updateExpense", input, "expense { id }").await;
            }
            "deleted" => {
                mary.must("deleteExpense", input, "deletedId").await;
            }
            "moved" | "moved to none" => {
                input["budgetId"] = json!(null);
                if other {
                    input["budgetId"] = json!(books.other_budget(2, "0.00").await);
                }
                mary.must("updateExpense", input, "expense { id }").await;
            }
            "voided" => drop(take(&books.org, &mary, &refund, &["voidExpense"]).await),
            "rejected" => {
                let steps = ["submitExpense", "rejectExpense", "reopenExpense"];
                take(&books.org, &mary, &refund, &steps).await;
            }
            _ => drop(
                take(
                    &books.org,
                    &mary,
                    &refund,
                    &["submitExpense", "withdrawExpense"],
                )
                .await,
            ),
        }
        assert_eq!(books.remaining().await, Decimal::ZERO, "{name}");
        assert_eq!(books.charge("0.01").await, ["LIMIT_EXCEEDED"], "{name}");
    }
}

#[tokio::test]
async fn a_refund_whose_money_was_spent_again_is_not_voided() {
    let books = Books::blocking("100.00").await;
    let mary = books.org.member("MEMBER").await;
    assert_eq!(books.charge("100.00").await, [""; 0]);
    let refund = approved(&books.org, &mary, &books.budget, "-50.00").await;
    let spent_again = draft(&mary, &books.budget, "50.00").await;
    let void = || {
        books.org.owner.mutate(
            "voidExpense",
            step("voidExpense", &refund),
            "expense { status }",
        )
    };
    let refused = void().await;
    assert_eq!(refused.codes(), ["LIMIT_EXCEEDED"], "{}", refused.body);
    let error = refused.data("voidExpense.errors.0");
    assert_eq!(error["field"], "id");
    assert_eq!(
        error["message"],
        "Voiding this refund would exceed the budget by 50.00 EUR. \
         Raise the budget, or void other expenses that are charged to it, first."
    );
    assert_eq!(books.remaining().await, Decimal::ZERO);
    // Its other steps change no charge.
    for name in ["withdrawExpense", "rejectExpense", "deleteExpense"] {
        let payload = if name == "deleteExpense" {
            "deletedId"
        } else {
            "expense { id }"
        };
        let answer = books
            .org
            .owner
            .mutate(name, step(name, &refund), payload)
            .await;
        assert_eq!(answer.codes(), ["CONFLICT"], "{name}: {}", answer.body);
    }
    // The way out: free the money first.
    mary.must("deleteExpense", change(&spent_again), "deletedId")
        .await;
    assert_eq!(void().await.codes(), [""; 0]);
    assert_eq!(books.remaining().await, Decimal::ZERO);
}

#[tokio::test]
async fn a_refund_that_becomes_a_purchase_is_charged_in_full() {
    let books = Books::blocking("100.00").await;
    let owner = &books.org.owner;
    let refund = draft(owner, &books.budget, "-50.00").await;
    for (amount, codes) in [("100.01", vec!["LIMIT_EXCEEDED"]), ("100.00", vec![])] {
        let mut input = change(&refund);
        input["amount"] = money(amount);
        let answer = owner.mutate("updateExpense", input, "expense { id }").await;
        assert_eq!(answer.codes(), codes, "{amount}: {}", answer.body);
    }
    assert_eq!(
        budget(owner, &books.budget).await,
        (Decimal::from(100), Decimal::ZERO)
    );
}
