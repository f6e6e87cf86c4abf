//! Who may enter and change which expenses.

use outlay_tests::{Org, expense};
use serde_json::json;

const EXPENSE: &str = "expense { id version status }";

#[tokio::test]
async fn only_finance_enters_and_changes_expenses_of_others() {
    let org = Org::new().await;
    let (member, colleague) = (org.member("MEMBER").await, org.member("MEMBER").await);
    let who = member
        .run("{ viewer { member { id } } }", json!({}))
        .await
        .data("viewer.member.id");
    let mut input = expense("Café", "1.00");
    input["memberId"] = who.clone();
    assert_eq!(
        colleague
            .mutate("createExpense", input.clone(), EXPENSE)
            .await
            .errors(),
        ["FORBIDDEN"]
    );
    let finance = org.member("FINANCE").await;
    let made = finance
        .must("createExpense", input, "expense { id member { id } }")
        .await["expense"]
        .clone();
    assert_eq!(made["member"]["id"], who);
    for (name, selection) in [
        ("updateExpense", EXPENSE),
        ("submitExpense", EXPENSE),
        ("withdrawExpense", EXPENSE),
        ("reopenExpense", EXPENSE),
        ("deleteExpense", "deletedId"),
    ] {
        let input = json!({ "id": made["id"], "version": 1 });
        assert_eq!(
            colleague
                .mutate(name, input.clone(), selection)
                .await
                .codes(),
            ["NOT_FOUND"],
            "{name}"
        );
        let viewer = org.member("VIEWER").await;
        assert_eq!(
            viewer.mutate(name, input, selection).await.errors(),
            ["FORBIDDEN"],
            "{name}"
        );
    }
    let viewer = org.member("VIEWER").await;
    assert_eq!(
        viewer
            .mutate("createExpense", expense("X", "1"), EXPENSE)
            .await
            .errors(),
        ["FORBIDDEN"]
    );
    member
        .must(
            "updateExpense",
            json!({ "id": made["id"], "version": 1, "merchant": "Bar" }),
            EXPENSE,
        )
        .await;
}
