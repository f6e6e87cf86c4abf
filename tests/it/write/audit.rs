//! The audit trail: one event for each write, in its own transaction, that no request can change.

use outlay_tests::{Org, ask_all, cluster, connect, expense, money};
use serde_json::{Value, json};

/// The events of an organization as JSON, oldest first.
async fn events(org: &Org) -> Vec<Value> {
    let schema = org.schema().await;
    let sql = format!("SELECT row_to_json(e)::text FROM {schema}.audit_event e ORDER BY id");
    let rows: Vec<String> = ask_all(&sql).await;
    rows.iter()
        .map(|row| serde_json::from_str(row).expect("JSON"))
        .collect()
}

#[tokio::test]
async fn every_write_leaves_one_event_with_its_member_and_request() {
    let org = Org::new().await;
    let schema = org.schema().await;
    let owner: Vec<String> = ask_all(&format!("SELECT id::text FROM {schema}.member")).await;
    assert_eq!(events(&org).await.len(), 0);
    let account = json!({ "name": "Bank", "openingBalance": money("1") });
    let mut expected = Vec::new();
    for (name, input, selection, action) in [
        (
            "createDepartment",
            json!({ "name": "D" }),
            "department { id }",
            "department.create",
        ),
        (
            "createCategory",
            json!({ "name": "C" }),
            "category { id }",
            "category.create",
        ),
        ("createAccount", account, "account { id }", "account.create"),
        (
            "createExpense",
            expense("Café", "1"),
            "expense { id }",
            "expense.create",
        ),
        (
            "inviteMember",
            json!({ "email": "a@b.example", "role": "VIEWER" }),
            "invitation { id }",
            "member.invite",
        ),
        (
            "updateOrganization",
            json!({ "version": 1, "name": "N" }),
            "organization { id }",
            "organization.update",
        ),
    ] {
        let answer = org.owner.mutate(name, input, selection).await;
        assert!(answer.codes().is_empty(), "{}", answer.body);
        assert!(!answer.request_id.is_empty());
        expected.push((action, answer.request_id));
    }
    let found = events(&org).await;
    assert_eq!(found.len(), expected.len());
    for (event, (action, request)) in found.iter().zip(&expected) {
        assert_eq!(
            (&event["action"], &event["request_id"]),
            (&json!(action), &json!(request))
        );
        assert_eq!(event["member_id"], owner[0]);
        assert!(event["subject_id"].is_string() && event["changes"].is_object());
    }
}

#[tokio::test]
async fn each_step_of_an_expense_is_told_with_its_version_and_state() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let made = member
        .must("createExpense", expense("Café", "1"), "expense { id }")
        .await["expense"]["id"]
        .clone();
    member
        .must(
            "submitExpense",
            json!({ "id": made, "version": 1 }),
            "expense { id }",
        )
        .await;
    let input = json!({ "id": made, "version": 2, "reason": "no receipt" });
    org.owner
        .must("rejectExpense", input, "expense { id }")
        .await;
    let found = events(&org).await;
    let told: Vec<(&str, i64, &str)> = found
        .iter()
        .filter(|event| {
            event["action"]
                .as_str()
                .is_some_and(|action| action.starts_with("expense."))
        })
        .map(|event| {
            let status = event["changes"]["status"].as_str().expect("a status");
            (
                event["action"].as_str().expect("an action"),
                event["version"].as_i64().expect("a version"),
                status,
            )
        })
        .collect();
    let expected = [
        ("expense.create", 1, "DRAFT"),
        ("expense.submit", 2, "SUBMITTED"),
        ("expense.reject", 3, "REJECTED"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_write_that_fails_leaves_no_event() {
    let org = Org::new().await;
    org.department("Sales").await;
    let id = org.expense("Café", "1").await;
    let before = events(&org).await.len();
    let stranger = Org::new().await.expense("Theirs", "1").await;
    for (name, input) in [
        ("createDepartment", json!({ "name": "sales" })),
        ("createDepartment", json!({ "name": " " })),
        (
            "updateExpense",
            json!({ "id": id, "version": 7, "merchant": "Bar" }),
        ),
        (
            "updateExpense",
            json!({ "id": stranger, "version": 1, "merchant": "Bar" }),
        ),
        ("approveExpense", json!({ "id": id, "version": 1 })),
        ("reimburseExpense", json!({ "id": id, "version": 1 })),
        ("updateOrganization", json!({ "version": 9, "name": "N" })),
    ] {
        assert_eq!(
            org.owner
                .mutate(name, input, "__typename")
                .await
                .codes()
                .len(),
            1,
            "{name}"
        );
    }
    assert_eq!(events(&org).await.len(), before);
    assert_eq!(
        org.count("expense", "merchant = 'Café' AND version = 1")
            .await,
        1
    );
}

#[tokio::test]
async fn the_role_of_requests_cannot_rewrite_what_happened() {
    let org = Org::new().await;
    org.department("Sales").await;
    let schema = org.schema().await;
    let mut requests = connect(&cluster().await.url("outlay_request", "outlay")).await;
    for sql in [
        format!("UPDATE {schema}.audit_event SET action = 'x'"),
        format!("DELETE FROM {schema}.audit_event"),
        format!("TRUNCATE {schema}.audit_event"),
    ] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
            .execute(&mut requests)
            .await;
        let error = refused.expect_err(&sql).to_string();
        assert!(error.contains("permission denied"), "{sql}: {error}");
    }
}
