//! The life of an expense: each step from each state.

use outlay_tests::{Client, Org, execute, expense, outcomes};
use serde_json::{Value, json};

const EXPENSE: &str =
    "expense { id status version submittedAt decidedAt decidedBy { role } decisionReason }";

const STATES: [&str; 6] = [
    "DRAFT",
    "SUBMITTED",
    "APPROVED",
    "REJECTED",
    "REIMBURSED",
    "VOIDED",
];

/// Each step, the states that it starts from, and the one that it leads to.
const STEPS: [(&str, &[&str], &str); 7] = [
    ("submitExpense", &["DRAFT"], "SUBMITTED"),
    ("withdrawExpense", &["SUBMITTED"], "DRAFT"),
    ("approveExpense", &["SUBMITTED"], "APPROVED"),
    ("rejectExpense", &["SUBMITTED"], "REJECTED"),
    ("reopenExpense", &["REJECTED"], "DRAFT"),
    ("reimburseExpense", &["APPROVED"], "REIMBURSED"),
    (
        "voidExpense",
        &["DRAFT", "SUBMITTED", "APPROVED", "REJECTED"],
        "VOIDED",
    ),
];

fn step(name: &str, id: &Value, version: i64) -> Value {
    let mut input = json!({ "id": id, "version": version });
    if matches!(name, "rejectExpense" | "voidExpense") {
        input["reason"] = json!("because");
    }
    input
}

/// An expense of a member's, in this state.
async fn in_state(member: &Client, schema: &str, state: &str) -> Value {
    let made = member
        .must("createExpense", expense("Café", "9.90"), "expense { id }")
        .await;
    execute(&format!(
        "UPDATE {schema}.expense SET status = '{state}' WHERE status <> '{state}' AND version = 1"
    ))
    .await;
    made["expense"]["id"].clone()
}

#[tokio::test]
async fn each_step_is_possible_from_its_own_states_alone() {
    let org = Org::new().await;
    let (member, schema) = (org.member("MEMBER").await, org.schema().await);
    for state in STATES {
        for (name, from, to) in STEPS {
            let id = in_state(&member, &schema, state).await;
            let answer = org.owner.mutate(name, step(name, &id, 1), EXPENSE).await;
            let now = answer.data(&format!("{name}.expense"));
            if from.contains(&state) {
                assert_eq!(answer.codes(), [""; 0], "{name} from {state}");
                assert_eq!(
                    (&now["status"], &now["version"]),
                    (&json!(to), &json!(2)),
                    "{name} from {state}"
                );
            } else {
                assert_eq!(answer.codes(), ["CONFLICT"], "{name} from {state}");
                assert_eq!(now, json!(null));
            }
            execute(&format!("DELETE FROM {schema}.expense")).await;
        }
    }
}

#[tokio::test]
async fn only_drafts_are_changed_or_deleted() {
    let org = Org::new().await;
    let (member, schema) = (org.member("MEMBER").await, org.schema().await);
    for state in STATES {
        for (name, selection) in [
            ("updateExpense", "expense { version }"),
            ("deleteExpense", "deletedId"),
        ] {
            let id = in_state(&member, &schema, state).await;
            for client in [&member, &org.owner] {
                let answer = client
                    .mutate(name, json!({ "id": id, "version": 1 }), selection)
                    .await;
                if state == "DRAFT" {
                    assert!(answer.codes().is_empty(), "{name}: {}", answer.body);
                    break;
                }
                assert_eq!(answer.codes(), ["CONFLICT"], "{name} in {state}");
                assert_eq!(answer.data(&format!("{name}.errors.0.field")), "id");
            }
            execute(&format!("DELETE FROM {schema}.expense")).await;
        }
    }
}

#[tokio::test]
async fn every_step_wants_the_newest_version() {
    let org = Org::new().await;
    let (member, schema) = (org.member("MEMBER").await, org.schema().await);
    for (name, from, _) in STEPS {
        let id = in_state(&member, &schema, from[0]).await;
        for version in [0, 2, -1] {
            let answer = org
                .owner
                .mutate(name, step(name, &id, version), EXPENSE)
                .await;
            assert_eq!(answer.codes(), ["CONFLICT"], "{name} of version {version}");
            assert_eq!(answer.data(&format!("{name}.errors.0.field")), "version");
        }
        execute(&format!("DELETE FROM {schema}.expense")).await;
    }
}

#[tokio::test]
async fn of_ten_decisions_at_once_one_is_made() {
    let org = Org::new().await;
    let (member, schema) = (org.member("MEMBER").await, org.schema().await);
    let id = in_state(&member, &schema, "SUBMITTED").await;
    let decide = (0..10).map(|n| {
        let name = if n % 2 == 0 {
            "approveExpense"
        } else {
            "rejectExpense"
        };
        let (input, client) = (step(name, &id, 1), org.owner.clone());
        async move { client.mutate(name, input, EXPENSE).await }
    });
    let answers = futures::future::join_all(decide).await;
    assert_eq!(outcomes(&answers, "CONFLICT"), (1, 9));
    assert_eq!(
        org.count(
            "audit_event",
            "action IN ('expense.approve', 'expense.reject')"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn a_life_is_told_by_its_times_deciders_and_reasons() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let made = member
        .must("createExpense", expense("Café", "9.90"), EXPENSE)
        .await["expense"]
        .clone();
    let id = &made["id"];
    assert_eq!(
        (&made["status"], &made["submittedAt"]),
        (&json!("DRAFT"), &json!(null))
    );
    let take = async |client: &Client, name: &str, version| {
        client.must(name, step(name, id, version), EXPENSE).await["expense"].clone()
    };
    let now = take(&member, "submitExpense", 1).await;
    assert!(now["submittedAt"].is_string() && now["decidedAt"].is_null());
    let now = take(&org.owner, "rejectExpense", 2).await;
    assert_eq!(
        (&now["decidedBy"]["role"], &now["decisionReason"]),
        (&json!("OWNER"), &json!("because"))
    );
    assert!(now["decidedAt"].is_string());
    let now = take(&member, "reopenExpense", 3).await;
    assert!(
        now["submittedAt"].is_null() && now["decidedAt"].is_null() && now["decidedBy"].is_null()
    );
    take(&member, "submitExpense", 4).await;
    let now = take(&org.owner, "approveExpense", 5).await;
    assert_eq!(
        (&now["decidedBy"]["role"], &now["decisionReason"]),
        (&json!("OWNER"), &json!(null))
    );
    let now = take(&org.owner, "reimburseExpense", 6).await;
    assert_eq!(
        (&now["status"], &now["version"]),
        (&json!("REIMBURSED"), &json!(7))
    );
}

#[tokio::test]
async fn a_rejection_and_a_void_need_a_reason() {
    let org = Org::new().await;
    let (member, schema) = (org.member("MEMBER").await, org.schema().await);
    let id = in_state(&member, &schema, "SUBMITTED").await;
    for name in ["rejectExpense", "voidExpense"] {
        for reason in ["", "  \n ", "a\0b", &"x".repeat(2001)] {
            let input = json!({ "id": id, "version": 1, "reason": reason });
            let answer = org.owner.mutate(name, input, EXPENSE).await;
            assert_eq!(answer.codes(), ["INVALID"], "{name} {reason:?}");
            assert_eq!(answer.data(&format!("{name}.errors.0.field")), "reason");
        }
    }
}
