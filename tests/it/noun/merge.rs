//! Selections that meet in one key of the answer.

use outlay_tests::{Org, expense};
use serde_json::json;

#[tokio::test]
async fn selections_that_meet_in_one_key_are_merged() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let member = org.member_in("MEMBER", Some(&department)).await;
    member
        .must("createExpense", expense("Rail", "12.50"), "expense { id }")
        .await;
    let document = "{ expenses(first: 1) { nodes {
        amount { amount } amount { currencyCode } again: amount { amount } merchant merchant
        member { id } member { department { name } } } } }";
    let answer = org.owner.run(document, json!({})).await;
    let node = answer.data("expenses.nodes.0");
    assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
    assert_eq!(
        node["amount"].as_object().map(serde_json::Map::len),
        Some(2)
    );
    assert_eq!(node["again"]["amount"], node["amount"]["amount"]);
    assert_eq!(
        node["member"].as_object().map(serde_json::Map::len),
        Some(2)
    );
}
