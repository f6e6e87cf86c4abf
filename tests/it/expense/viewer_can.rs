//! `viewerCan` says beforehand what each change would answer.

use outlay_tests::{Client, Org, execute, expense};
use serde_json::{Value, json};

const STATES: [&str; 6] = [
    "DRAFT",
    "SUBMITTED",
    "APPROVED",
    "REJECTED",
    "REIMBURSED",
    "VOIDED",
];
const CHANGES: [&str; 9] = [
    "update",
    "delete",
    "submit",
    "withdraw",
    "approve",
    "reject",
    "reopen",
    "reimburse",
    "void",
];

/// Expenses of this client's, one for each state.
async fn one_of_each(by: &Client, schema: &str, department: &str) -> Vec<Value> {
    let mut made = Vec::new();
    for state in STATES {
        let mut input = expense("Café", "9.90");
        input["departmentId"] = json!(department);
        let id = by.must("createExpense", input, "expense { id }").await["expense"]["id"].clone();
        execute(&format!(
            "UPDATE {schema}.expense SET status = '{state}' WHERE id = (SELECT max(id::text)::uuid FROM {schema}.expense)"
        ))
        .await;
        made.push(id);
    }
    made
}

/// What the client is told that it may do with an expense.
async fn told(client: &Client, id: &Value) -> Value {
    let selection: String = CHANGES
        .map(|change| format!("{change} {{ allowed code reason }} "))
        .concat();
    let query = format!("query($id: ID!) {{ expense(id: $id) {{ viewerCan {{ {selection} }} }} }}");
    client
        .run(&query, json!({ "id": id }))
        .await
        .data("expense.viewerCan")
}

/// What comes of it: whether it was done, the code and the message.
async fn done(client: &Client, change: &str, id: &Value) -> Value {
    let mut input = json!({ "id": id, "version": 1 });
    match change {
        "update" => input["merchant"] = json!("Bar"),
        "reject" | "void" => input["reason"] = json!("because"),
        _ => {}
    }
    let answer = client.mutate(&format!("{change}Expense"), input, "").await;
    let outside = &answer.body["errors"][0];
    let payload = answer.data(&format!("{change}Expense.errors.0"));
    let (code, reason) = if outside.is_null() {
        (payload["code"].clone(), payload["message"].clone())
    } else {
        (
            outside["extensions"]["code"].clone(),
            outside["message"].clone(),
        )
    };
    json!({ "allowed": code.is_null(), "code": code, "reason": reason })
}

#[tokio::test]
async fn what_a_viewer_is_told_is_what_comes_of_it() {
    let org = Org::new().await;
    let schema = org.schema().await;
    let (sales, research) = (
        org.department("Sales").await,
        org.department("Research").await,
    );
    let member = org.member_in("MEMBER", Some(&sales)).await;
    let mut allowed = 0;
    for (role, department) in [
        ("OWNER", None),
        ("ADMIN", Some(&sales)),
        ("FINANCE", None),
        ("APPROVER", Some(&sales)),
        ("MEMBER", Some(&research)),
        ("VIEWER", None),
    ] {
        let client = org.member_in(role, department.map(String::as_str)).await;
        for (author, whose) in [(&member, "another's"), (&client, "an own")] {
            if role == "VIEWER" && whose == "an own" {
                continue;
            }
            for change in CHANGES {
                // A fresh set for each change that can be made, since it is then made.
                let expenses = one_of_each(author, &schema, &sales).await;
                for (id, state) in expenses.iter().zip(STATES) {
                    let told = told(&client, id).await;
                    if told.is_null() {
                        // What is not seen is not offered.
                        assert_eq!((role, whose), ("MEMBER", "another's"));
                        continue;
                    }
                    let done = done(&client, change, id).await;
                    assert_eq!(told[change], done, "{role} {change} {whose} {state}");
                    allowed += usize::from(done["allowed"] == true);
                }
            }
        }
    }
    assert!(allowed > 60, "{allowed} changes were allowed");
}
