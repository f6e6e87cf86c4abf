//! Defaults of variables, which apply wherever a variable stands.

use outlay_tests::{Org, Transport};
use serde_json::{Value, json};

use crate::live::cursor;

#[tokio::test]
async fn a_default_decides_what_is_included() {
    let org = Org::new().await;
    let document = "query($a: Boolean! = true, $b: Boolean = false, $c: Boolean = true) {
        viewer @include(if: $a) { user { id } }
        organization { slug name @skip(if: $b) ... @include(if: $a) { plan } ...F @skip(if: $c) } }
        fragment F on Organization { shortCode @include(if: $a) }";
    for transport in Transport::ALL {
        for _ in 0..2 {
            let response = transport.run(&org.owner, document, json!({})).await;
            let data = &response["data"];
            assert!(
                data["viewer"]["user"]["id"].is_string(),
                "{transport:?}: {response}"
            );
            let expected = json!({ "slug": org.slug, "name": "Test Ltd", "plan": data["organization"]["plan"] });
            assert_eq!(data["organization"], expected);
            assert!(expected["plan"].is_string(), "{response}");
            let given = json!({ "a": false, "b": true, "c": false });
            let response = transport.run(&org.owner, document, given).await;
            let expected = json!({ "organization": { "slug": org.slug } });
            assert_eq!(response["data"], expected, "{transport:?}");
        }
    }
}

#[tokio::test]
async fn null_for_a_default_that_decides_is_refused() {
    let org = Org::new().await;
    let document = "query($a: Boolean = true) { organization { slug name @include(if: $a) } }";
    for transport in Transport::ALL {
        let response = transport
            .run(&org.owner, document, json!({ "a": null }))
            .await;
        let error = &response["errors"][0];
        assert!(response["data"].is_null(), "{response}");
        assert_eq!(
            error["extensions"],
            json!({ "code": "INVALID", "field": "if" })
        );
    }
}

#[tokio::test]
async fn a_default_is_an_argument_or_a_part_of_one() {
    let org = Org::new().await;
    org.expense("Rail", "12.50").await;
    org.expense("Taxi", "9.00").await;
    let document = "query($first: Int = 1, $text: String! = \"rai\", $order: ExpenseOrder = { field: MERCHANT, direction: DESC }, $state: ExpenseStatus! = DRAFT) {
        all: expenses(first: $first, orderBy: $order) { nodes { merchant } }
        some: expenses(first: 5, filter: { status: { in: [$state] }, merchant: { contains: $text } }) { nodes { merchant } } }";
    for transport in Transport::ALL {
        for _ in 0..2 {
            let response = transport.run(&org.owner, document, json!({})).await;
            let expected = json!({
                "all": { "nodes": [{ "merchant": "Taxi" }] }, "some": { "nodes": [{ "merchant": "Rail" }] },
            });
            assert_eq!(response["data"], expected, "{transport:?}: {response}");
        }
    }
}

#[tokio::test]
async fn a_default_applies_in_a_mutation() {
    let org = Org::new().await;
    let document = "mutation($name: String!, $more: Boolean! = true, $key: String) {
        createCategory(input: { name: $name, idempotencyKey: $key }) { category { name id @skip(if: $more) } }
        other: createDepartment(input: { name: $name }) @include(if: $more) { department { name } } }";
    for transport in Transport::WRITING {
        for time in 0..2 {
            let name = format!("{transport:?} {time}");
            let variables = json!({ "name": name });
            let response = transport.run(&org.owner, document, variables).await;
            let expected = json!({
                "createCategory": { "category": { "name": name } }, "other": { "department": { "name": name } },
            });
            assert_eq!(response["data"], expected, "{response}");
        }
    }
}

#[tokio::test]
async fn a_default_applies_in_a_subscription() {
    let org = Org::new().await;
    let after = cursor(&org.owner).await;
    org.expense("Rail", "12.50").await;
    let document = "subscription($after: String, $with: Boolean! = true) {
        expenseChanged(after: $after) { action version @include(if: $with) expense @skip(if: $with) { id } } }";
    for transport in [Transport::Socket, Transport::Events] {
        for _ in 0..2 {
            let variables = json!({ "after": after });
            let response = transport.run(&org.owner, document, variables).await;
            let event = &response["data"]["expenseChanged"];
            assert_eq!(event["version"], 1, "{response}");
            assert_eq!(event.get("expense"), None::<&Value>);
        }
    }
}
