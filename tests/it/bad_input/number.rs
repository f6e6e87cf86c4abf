//! Numbers, days and enums.

use outlay_tests::{Org, expense, money};
use serde_json::{Value, json};

use super::refused_field;

#[tokio::test]
async fn what_is_no_amount_is_refused() {
    let org = Org::new().await;
    for amount in [
        json!(""),
        json!(" "),
        json!("abc"),
        json!("1e3"),
        json!("1,000.00"),
        json!("--1"),
        json!("1.2.3"),
        json!("NaN"),
        json!("Infinity"),
        json!("0x10"),
        json!("١٢"),
        json!("1".repeat(1000)),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        Value::Null,
    ] {
        let mut input = expense("x", "1");
        input["amount"]["amount"] = amount.clone();
        let answer = org
            .owner
            .mutate("createExpense", input, "expense { id }")
            .await;
        refused_field(&amount.to_string(), &answer);
        let document = "query ($a: Decimal) { expenses(first: 1, filter: { amount: { from: $a } }) { totalCount } }";
        let answer = org.owner.run(document, json!({ "a": amount })).await;
        if !amount.is_null() {
            refused_field(&amount.to_string(), &answer);
        }
    }
    assert_eq!(org.count("expense", "true").await, 0);
}

#[tokio::test]
async fn the_smallest_and_largest_decimals_are_looked_for_without_harm() {
    let org = Org::new().await;
    org.expense("x", "1").await;
    let document = "query ($a: Decimal, $b: Decimal) {
        expenses(first: 1, filter: { amount: { from: $a, to: $b } }) { totalCount } }";
    for (from, to, count) in [
        (
            "-79228162514264337593543950335",
            "79228162514264337593543950335",
            1,
        ),
        (
            "0.0000000000000000000000000001",
            "1.0000000000000000000000000001",
            1,
        ),
        (
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            0,
        ),
    ] {
        let answer = org.owner.run(document, json!({ "a": from, "b": to })).await;
        assert_eq!(answer.data("expenses.totalCount"), count, "{}", answer.body);
    }
}

#[tokio::test]
async fn what_is_no_day_is_refused_in_inputs_and_filters() {
    let org = Org::new().await;
    let document = "query ($day: Date) { expenses(first: 1, filter: { spentOn: { from: $day } }) { totalCount } }";
    for day in [
        json!("2026-02-30"),
        json!("2026-00-10"),
        json!("yesterday"),
        json!("20260101"),
        json!(20_260_101),
        json!("２０２６-01-01"),
    ] {
        let mut input = expense("x", "1");
        input["spentOn"] = day.clone();
        refused_field(
            &day.to_string(),
            &org.owner
                .mutate("createExpense", input, "expense { id }")
                .await,
        );
        refused_field(
            &day.to_string(),
            &org.owner.run(document, json!({ "day": day })).await,
        );
    }
    for day in ["0000-01-01", "9999-12-31", "-999-01-01", "+999-01-01"] {
        let answer = org.owner.run(document, json!({ "day": day })).await;
        assert!(
            answer.status < 500 && !answer.codes().contains(&"INTERNAL".to_owned()),
            "{day}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn a_version_is_a_number_that_fits() {
    let org = Org::new().await;
    let id = org.expense("x", "1").await;
    for version in [
        json!(2_147_483_648_i64),
        json!(-2_147_483_649_i64),
        json!(1e30),
        json!(1.5),
        json!("1"),
        Value::Null,
    ] {
        let answer = org
            .owner
            .mutate(
                "submitExpense",
                json!({ "id": id, "version": version }),
                "expense { id }",
            )
            .await;
        refused_field(&version.to_string(), &answer);
    }
}

#[tokio::test]
async fn a_budget_names_the_number_that_is_wrong() {
    let org = Org::new().await;
    let (department, account) = (org.department("D").await, org.account("A", "1").await);
    for (field, value, named) in [
        ("year", json!(1899), "year"),
        ("year", json!(2200), "year"),
        ("year", json!(i32::MAX), "year"),
        ("year", json!(i32::MIN), "year"),
        ("month", json!(0), "month"),
        ("month", json!(13), "month"),
        ("month", json!(-1), "month"),
        ("month", json!(65_537), "month"),
        ("amount", money("-0.01"), "amount.amount"),
        ("amount", money("1.001"), "amount.amount"),
        (
            "amount",
            json!({ "amount": "1", "currencyCode": "USD" }),
            "amount.currencyCode",
        ),
    ] {
        let mut input = json!({
            "departmentId": department, "accountId": account, "year": 2026, "month": 1, "amount": money("1"),
        });
        input[field] = value.clone();
        let answer = org
            .owner
            .mutate("createBudget", input, "budget { id }")
            .await;
        let what = format!("{field} {value}");
        assert_eq!(
            refused_field(&what, &answer).as_deref(),
            Some(named),
            "{what}"
        );
    }
}

#[tokio::test]
async fn what_is_no_value_of_an_enum_is_refused() {
    let org = Org::new().await;
    for role in [
        json!("owner"),
        json!("ROOT"),
        json!(""),
        json!(1),
        json!(["MEMBER", "OWNER"]),
        Value::Null,
    ] {
        let answer = org
            .owner
            .mutate(
                "inviteMember",
                json!({ "email": "a@b.example", "role": role }),
                "invitation { id }",
            )
            .await;
        refused_field(&role.to_string(), &answer);
    }
    let document = "query ($s: [ExpenseStatus!]!) { expenses(first: 1, filter: { status: { in: $s } }) { totalCount } }";
    for status in [json!(["PAID"]), json!([null]), Value::Null, json!("draft")] {
        refused_field(
            &status.to_string(),
            &org.owner.run(document, json!({ "s": status })).await,
        );
    }
}
