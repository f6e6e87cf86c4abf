//! Idempotency keys: a repeated request is answered, not repeated.

use outlay_tests::{Org, expense, money, second_server, unique};
use serde_json::{Value, json};

const EXPENSE: &str = "expense { id version merchant }";

fn keyed(merchant: &str, key: &str) -> Value {
    let mut input = expense(merchant, "1.00");
    input["idempotencyKey"] = json!(key);
    input
}

#[tokio::test]
async fn the_same_key_twice_is_the_same_row_once() {
    let org = Org::new().await;
    let there = org.owner.at(&second_server().await.url);
    let first = org
        .owner
        .must("createExpense", keyed("Café", "k"), EXPENSE)
        .await;
    for client in [&org.owner, &there] {
        assert_eq!(
            client
                .must("createExpense", keyed("Café", "k"), EXPENSE)
                .await,
            first
        );
    }
    assert_eq!(
        (
            org.count("expense", "true").await,
            org.count("audit_event", "true").await
        ),
        (1, 1)
    );
    let other = org
        .owner
        .must("createExpense", keyed("Café", "another"), EXPENSE)
        .await;
    assert_ne!(other["expense"]["id"], first["expense"]["id"]);
    org.owner
        .must("createExpense", expense("Café", "1.00"), EXPENSE)
        .await;
    assert_eq!(
        org.count("expense", "true").await,
        3,
        "without a key it is another one"
    );
}

#[tokio::test]
async fn the_same_key_with_another_input_is_a_conflict() {
    let org = Org::new().await;
    org.owner
        .must("createExpense", keyed("Café", "k"), EXPENSE)
        .await;
    let answer = org
        .owner
        .mutate("createExpense", keyed("Bar", "k"), EXPENSE)
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    assert_eq!(
        answer.data("createExpense.errors.0.field"),
        "idempotencyKey"
    );
    assert_eq!(org.count("expense", "true").await, 1);
}

#[tokio::test]
async fn of_twenty_at_once_with_one_key_one_is_done_and_all_are_answered() {
    let org = Org::new().await;
    let there = org.owner.at(&second_server().await.url);
    let attempts = (0..20).map(|n| {
        let client = if n % 2 == 0 { &org.owner } else { &there };
        client.mutate("createExpense", keyed("Café", "k"), EXPENSE)
    });
    let answers = futures::future::join_all(attempts).await;
    let first = answers[0].data("createExpense.expense");
    assert!(first.is_object(), "{}", answers[0].body);
    for answer in &answers {
        assert_eq!(
            (answer.codes(), answer.data("createExpense.expense")),
            (vec![], first.clone())
        );
    }
    assert_eq!(
        (
            org.count("expense", "true").await,
            org.count("audit_event", "true").await
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn a_key_is_of_one_member_one_operation_and_one_organization() {
    let (org, other) = (Org::new().await, Org::new().await);
    let colleague = org.member("MEMBER").await;
    let mut made = Vec::new();
    for client in [&org.owner, &colleague, &other.owner] {
        made.push(
            client
                .must("createExpense", keyed("Café", "k"), EXPENSE)
                .await["expense"]["id"]
                .clone(),
        );
    }
    assert!(made[0] != made[1] && made[1] != made[2] && made[0] != made[2]);
    let input = json!({ "name": "Café", "idempotencyKey": "k" });
    org.owner
        .must("createCategory", input, "category { id }")
        .await;
}

#[tokio::test]
async fn a_key_of_a_write_that_failed_can_be_used_again() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let input = json!({ "name": "Sales", "idempotencyKey": "k" });
    assert_eq!(
        org.owner
            .mutate("createDepartment", input.clone(), "department { id }")
            .await
            .codes(),
        ["CONFLICT"]
    );
    assert_eq!(org.count("idempotency_key", "true").await, 0);
    org.owner
        .must(
            "deleteDepartment",
            json!({ "id": department, "version": 1 }),
            "deletedId",
        )
        .await;
    org.owner
        .must("createDepartment", input, "department { id }")
        .await;
}

#[tokio::test]
async fn changes_steps_and_deletions_are_repeated_safely_too() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let made = member
        .must("createExpense", expense("Café", "1"), EXPENSE)
        .await["expense"]["id"]
        .clone();
    for (client, name, version, more) in [
        (&member, "updateExpense", 1, json!({ "merchant": "Bar" })),
        (&member, "submitExpense", 2, json!({})),
        (&org.owner, "approveExpense", 3, json!({})),
        (&org.owner, "reimburseExpense", 4, json!({})),
    ] {
        let mut input = json!({ "id": made, "version": version, "idempotencyKey": unique("k") });
        for (field, value) in more.as_object().expect("fields") {
            input[field] = value.clone();
        }
        let first = client.must(name, input.clone(), EXPENSE).await;
        assert_eq!(first["expense"]["version"], version + 1);
        assert_eq!(client.must(name, input, EXPENSE).await, first, "{name}");
    }
    let id = org.expense("Gone", "1").await;
    let input = json!({ "id": id, "version": 1, "idempotencyKey": "d" });
    for _ in 0..2 {
        assert_eq!(
            org.owner
                .must("deleteExpense", input.clone(), "deletedId")
                .await["deletedId"],
            id
        );
    }
    let account = json!({ "name": "Bank", "openingBalance": money("1"), "idempotencyKey": "a" });
    let invitation = json!({ "email": "i@x.example", "role": "MEMBER", "idempotencyKey": "i" });
    let organization = json!({ "version": 1, "name": "New Name", "idempotencyKey": "o" });
    for (name, input, selection) in [
        ("createAccount", account, "account { id }"),
        ("inviteMember", invitation, "invitation { id link }"),
        (
            "updateOrganization",
            organization,
            "organization { id version }",
        ),
    ] {
        let first = org.owner.must(name, input.clone(), selection).await;
        assert_eq!(
            org.owner.must(name, input, selection).await,
            first,
            "{name}"
        );
    }
}
