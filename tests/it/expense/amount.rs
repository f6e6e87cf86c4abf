//! Amounts: exact, in their own currency and in the organization's.

use outlay_tests::{Org, expense, server};
use serde_json::{Value, json};

const AMOUNTS: &str = "expense { id version exchangeRate amount { amount currencyCode } baseAmount { amount currencyCode } }";

fn foreign(amount: &str, currency: &str, rate: Option<&str>) -> Value {
    json!({
        "amount": { "amount": amount, "currencyCode": currency }, "exchangeRate": rate,
        "spentOn": "2026-01-15", "merchant": "Abroad",
    })
}

#[tokio::test]
async fn an_amount_is_shown_at_the_scale_of_its_currency_and_converted_exactly() {
    let org = Org::new().await;
    for (amount, currency, rate, shown, base) in [
        ("12.5", "EUR", None, "12.50", "12.50"),
        ("-3", "EUR", None, "-3.00", "-3.00"),
        ("0", "EUR", None, "0.00", "0.00"),
        (
            "999999999999999.99",
            "EUR",
            None,
            "999999999999999.99",
            "999999999999999.99",
        ),
        ("1250", "JPY", Some("0.0061"), "1250", "7.63"),
        ("-1250", "JPY", Some("0.0061"), "-1250", "-7.63"),
        ("1.5", "KWD", Some("3.012345678"), "1.500", "4.52"),
        ("0.1", "USD", Some("0.05"), "0.10", "0.01"),
        ("100", "GBP", Some("1"), "100.00", "100.00"),
    ] {
        let made = org
            .owner
            .must("createExpense", foreign(amount, currency, rate), AMOUNTS)
            .await["expense"]
            .clone();
        assert_eq!(
            made["amount"],
            json!({ "amount": shown, "currencyCode": currency })
        );
        assert_eq!(
            made["baseAmount"],
            json!({ "amount": base, "currencyCode": "EUR" }),
            "{amount} {currency}"
        );
        assert_eq!(made["exchangeRate"], rate.unwrap_or("1"));
    }
}

#[tokio::test]
async fn an_organization_in_yen_keeps_its_books_in_whole_yen() {
    let org = Org::at(&server().await.client(), "JPY").await;
    let made = org
        .owner
        .must(
            "createExpense",
            foreign("10.01", "EUR", Some("163.55")),
            AMOUNTS,
        )
        .await;
    assert_eq!(
        made["expense"]["baseAmount"],
        json!({ "amount": "1637", "currencyCode": "JPY" })
    );
    let answer = org
        .owner
        .mutate("createExpense", foreign("0.5", "JPY", None), AMOUNTS)
        .await;
    assert_eq!(
        (answer.codes(), answer.data("createExpense.errors.0.field")),
        (vec!["INVALID".into()], json!("amount.amount"))
    );
}

#[tokio::test]
async fn a_rate_is_wanted_between_two_currencies_and_only_then() {
    let org = Org::new().await;
    for (amount, currency, rate, field) in [
        ("1", "USD", None, "exchangeRate"),
        ("1", "USD", Some("0"), "exchangeRate"),
        ("1", "USD", Some("-1"), "exchangeRate"),
        ("1", "USD", Some("1000000000"), "exchangeRate"),
        ("1", "USD", Some("0.0000000001"), "exchangeRate"),
        ("999999999999999", "USD", Some("999999999"), "exchangeRate"),
        ("1", "EUR", Some("1.1"), "exchangeRate"),
        ("1.001", "EUR", None, "amount.amount"),
        ("1000000000000000", "EUR", None, "amount.amount"),
        ("-1000000000000000", "EUR", None, "amount.amount"),
        ("1", "XAU", Some("2"), "amount.currencyCode"),
        ("1", "ZZZ", None, "amount.currencyCode"),
    ] {
        let answer = org
            .owner
            .mutate("createExpense", foreign(amount, currency, rate), AMOUNTS)
            .await;
        assert_eq!(
            answer.codes(),
            ["INVALID"],
            "{amount} {currency} {rate:?}: {}",
            answer.body
        );
        assert_eq!(
            answer.data("createExpense.errors.0.field"),
            field,
            "{amount} {currency} {rate:?}"
        );
    }
}

#[tokio::test]
async fn a_new_amount_in_another_currency_wants_its_rate_anew() {
    let org = Org::new().await;
    let made = org
        .owner
        .must("createExpense", foreign("10", "USD", Some("0.9")), AMOUNTS)
        .await["expense"]
        .clone();
    let update = |fields: Value| {
        let mut input = fields;
        input["id"] = made["id"].clone();
        input["version"] = json!(1);
        org.owner.mutate("updateExpense", input, AMOUNTS)
    };
    let dollars = json!({ "amount": "20", "currencyCode": "USD" });
    let answer = update(json!({ "amount": dollars })).await;
    assert_eq!(answer.data("updateExpense.errors.0.field"), "exchangeRate");
    let answer = update(json!({ "exchangeRate": "0.8" })).await;
    assert_eq!(answer.data("updateExpense.errors.0.field"), "amount");
    let answer = update(json!({ "amount": dollars, "exchangeRate": "0.8" })).await;
    assert_eq!(
        answer.data("updateExpense.expense.baseAmount.amount"),
        "16.00",
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn refunds_lower_the_total() {
    let org = Org::new().await;
    for amount in ["10.10", "0.20", "-5.05"] {
        org.owner
            .must("createExpense", expense("Shop", amount), AMOUNTS)
            .await;
    }
    org.owner
        .must(
            "createExpense",
            foreign("100", "JPY", Some("0.01")),
            AMOUNTS,
        )
        .await;
    let answer = org
        .owner
        .run(
            "{ expenses(first: 1) { totalCount total { amount currencyCode } } }",
            json!({}),
        )
        .await;
    let expected = json!({ "totalCount": 4, "total": { "amount": "6.25", "currencyCode": "EUR" } });
    assert_eq!(answer.data("expenses"), expected);
}
