//! Accounts, and balances that are derived.

use outlay_tests::{Org, expense, money};
use serde_json::{Value, json};

const ACCOUNT: &str =
    "account { id name version openingBalance { amount } balance { amount currencyCode } }";

async fn balance(org: &Org, id: &str) -> Value {
    let document = "query ($id: ID!) { account(id: $id) { balance { amount } } }";
    org.owner
        .run(document, json!({ "id": id }))
        .await
        .data("account.balance.amount")
}

#[tokio::test]
async fn an_account_is_made_changed_and_deleted() {
    let org = Org::new().await;
    let input = json!({ "name": "Bank", "openingBalance": money("-12.5") });
    let made = org.owner.must("createAccount", input, ACCOUNT).await["account"].clone();
    assert_eq!(
        made["balance"],
        json!({ "amount": "-12.50", "currencyCode": "EUR" })
    );
    let input = json!({ "id": made["id"], "version": 1, "openingBalance": money("100") });
    let changed = org
        .owner
        .must("updateAccount", input.clone(), ACCOUNT)
        .await["account"]
        .clone();
    assert_eq!(
        (&changed["balance"]["amount"], &changed["name"]),
        (&json!("100.00"), &json!("Bank"))
    );
    assert_eq!(
        org.owner
            .mutate("updateAccount", input, ACCOUNT)
            .await
            .codes(),
        ["CONFLICT"]
    );
    let answer = org
        .owner
        .mutate(
            "createAccount",
            json!({ "name": "BANK", "openingBalance": money("1") }),
            ACCOUNT,
        )
        .await;
    assert_eq!(
        (answer.codes(), answer.data("createAccount.errors.0.field")),
        (vec!["CONFLICT".into()], json!("name"))
    );
    org.owner
        .must(
            "deleteAccount",
            json!({ "id": made["id"], "version": 2 }),
            "deletedId",
        )
        .await;
    assert_eq!(org.count("account", "true").await, 0);
}

#[tokio::test]
async fn a_balance_is_the_opening_balance_less_what_is_charged_at_each_moment() {
    let org = Org::new().await;
    let (department, account) = (
        org.department("Sales").await,
        org.account("Bank", "100.00").await,
    );
    let untouched = org.account("Cash", "5.00").await;
    let budget = org.budget(&department, &account, "1000.00").await;
    let mut charged = expense("Café", "30.10");
    charged["budgetId"] = json!(budget);
    let id = org.make("createExpense", charged.clone(), "expense").await;
    assert_eq!(balance(&org, &account).await, "69.90");
    let mary = org.member("MEMBER").await;
    charged["amount"] = money("-10.05");
    let made = mary.must("createExpense", charged.clone(), "expense { id }");
    let refund = made.await["expense"]["id"].clone();
    let submit = json!({ "id": refund, "version": 1 });
    mary.must("submitExpense", submit, "expense { id }").await;
    assert_eq!(balance(&org, &account).await, "69.90");
    let approve = json!({ "id": refund, "version": 2 });
    org.owner
        .must("approveExpense", approve, "expense { id }")
        .await;
    assert_eq!(
        balance(&org, &account).await,
        "79.95",
        "an approved refund gives back"
    );
    charged["amount"] = money("200");
    let large = org.make("createExpense", charged, "expense").await;
    assert_eq!(
        balance(&org, &account).await,
        "-120.05",
        "an account may be overdrawn"
    );
    org.owner
        .must(
            "deleteExpense",
            json!({ "id": large, "version": 1 }),
            "deletedId",
        )
        .await;
    org.expense("Not charged", "50.00").await;
    assert_eq!(balance(&org, &account).await, "79.95");
    let input = json!({ "id": id, "version": 1, "reason": "twice" });
    org.owner
        .must("voidExpense", input, "expense { status }")
        .await;
    assert_eq!(
        balance(&org, &account).await,
        "110.05",
        "what is voided is not charged"
    );
    assert_eq!(balance(&org, &untouched).await, "5.00");
}

#[tokio::test]
async fn what_is_rejected_is_not_charged_until_it_is_reopened() {
    let org = Org::new().await;
    let (department, account) = (
        org.department("Sales").await,
        org.account("Bank", "100.00").await,
    );
    let budget = org.budget(&department, &account, "1000.00").await;
    let member = org.member("MEMBER").await;
    let mut input = expense("Café", "40");
    input["budgetId"] = json!(budget);
    let made = member.must("createExpense", input, "expense { id }").await;
    let id = made["expense"]["id"].clone();
    member
        .must(
            "submitExpense",
            json!({ "id": id, "version": 1 }),
            "expense { id }",
        )
        .await;
    org.owner
        .must(
            "rejectExpense",
            json!({ "id": id, "version": 2, "reason": "no" }),
            "expense { id }",
        )
        .await;
    assert_eq!(balance(&org, &account).await, "100.00");
    member
        .must(
            "reopenExpense",
            json!({ "id": id, "version": 3 }),
            "expense { id }",
        )
        .await;
    assert_eq!(balance(&org, &account).await, "60.00");
}

#[tokio::test]
async fn an_account_that_pays_a_budget_is_not_deleted() {
    let org = Org::new().await;
    let (department, account) = (
        org.department("Sales").await,
        org.account("Bank", "1.00").await,
    );
    org.budget(&department, &account, "1.00").await;
    let answer = org
        .owner
        .mutate(
            "deleteAccount",
            json!({ "id": account, "version": 1 }),
            "deletedId",
        )
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
}

#[tokio::test]
async fn an_account_is_kept_in_the_base_currency() {
    let org = Org::new().await;
    let input =
        json!({ "name": "Dollars", "openingBalance": { "amount": "1", "currencyCode": "USD" } });
    let answer = org.owner.mutate("createAccount", input, ACCOUNT).await;
    assert_eq!(answer.codes(), ["INVALID"]);
    assert_eq!(
        answer.data("createAccount.errors.0.field"),
        "openingBalance.currencyCode"
    );
}

#[tokio::test]
async fn only_those_see_accounts_whose_role_says_so() {
    let org = Org::new().await;
    let id = org.account("Bank", "1.00").await;
    let one = "query ($id: ID!) { account(id: $id) { name } node(id: $id) { id } }";
    for (role, sees) in [
        ("FINANCE", true),
        ("VIEWER", true),
        ("APPROVER", false),
        ("MEMBER", false),
    ] {
        let client = org.member(role).await;
        let list = client
            .run(
                "{ accounts(first: 10) { totalCount nodes { balance { amount } } } }",
                json!({}),
            )
            .await;
        let found = client.run(one, json!({ "id": id })).await;
        if sees {
            assert_eq!(list.data("accounts.totalCount"), 1);
            assert_eq!(found.data("account.name"), "Bank");
        } else {
            assert_eq!(list.errors(), ["FORBIDDEN"], "{role}");
            assert_eq!(
                (found.data("account"), found.data("node")),
                (json!(null), json!(null)),
                "{role}"
            );
        }
        if role != "FINANCE" {
            let answer = client
                .mutate(
                    "deleteAccount",
                    json!({ "id": id, "version": 1 }),
                    "deletedId",
                )
                .await;
            assert_eq!(answer.errors(), ["FORBIDDEN"], "{role}");
        }
    }
}
