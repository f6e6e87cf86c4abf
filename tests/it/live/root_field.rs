//! The one field that a subscription selects, directly or in fragments.

use outlay_tests::{Org, Transport};
use serde_json::json;

use super::cursor;

#[tokio::test]
async fn a_subscription_selects_its_field_in_fragments() {
    let org = Org::new().await;
    let after = cursor(&org.owner).await;
    org.expense("Rail", "12.50").await;
    let fragments = "fragment F on Subscription { ...G }
        fragment G on Subscription { expenseChanged(after: $after) { ...E } }
        fragment E on ExpenseChange { version }";
    for (selected, merchant) in [
        ("...F", false),
        (
            "... on Subscription { expenseChanged(after: $after) { version } }",
            false,
        ),
        ("... { ...G ...F }", false),
        ("...F @include(if: $yes)", false),
        (
            "expenseChanged(after: $after) { expense { merchant } } ...F",
            true,
        ),
        (
            "...F other: expenseChanged @skip(if: $yes) { version }",
            false,
        ),
    ] {
        let used = if selected.contains("...F") || selected.contains("...G") {
            fragments
        } else {
            ""
        };
        let document = format!(
            "subscription($after: String, $yes: Boolean! = true) {{ {selected} ... @skip(if: $yes) {{ other: expenseChanged {{ version }} }} }} {used}"
        );
        for transport in [Transport::Socket, Transport::Events] {
            for time in ["first", "second"] {
                let variables = json!({ "after": after });
                let response = transport.run(&org.owner, &document, variables).await;
                let event = &response["data"]["expenseChanged"];
                assert_eq!(event["version"], 1, "{selected}, {time} time: {response}");
                assert_eq!(
                    event["expense"]["merchant"] == "Rail",
                    merchant,
                    "{response}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_subscription_selects_one_field() {
    let org = Org::new().await;
    for (selected, message) in [
        (
            "expenseChanged { version } other: expenseChanged { version }",
            "a subscription for each field",
        ),
        (
            "...F other: expenseChanged { version }",
            "a subscription for each field",
        ),
        ("__typename", "__typename"),
        ("... { __typename }", "__typename"),
        ("expenseChanged @skip(if: true) { version }", "selects none"),
    ] {
        let used = if selected.contains("...F") {
            "fragment F on Subscription { expenseChanged { version } }"
        } else {
            ""
        };
        let document = format!("subscription {{ {selected} }} {used}");
        for transport in [Transport::Socket, Transport::Events] {
            for _ in 0..2 {
                let response = transport.run(&org.owner, &document, json!({})).await;
                let error = &response["errors"][0];
                assert_eq!(error["extensions"]["code"], "INVALID", "{response}");
                let said = error["message"].as_str().unwrap_or_default();
                assert!(said.contains(message), "{response}");
            }
        }
    }
}
