//! Deactivating and reactivating.

use outlay_tests::{Org, second_server, soon};
use serde_json::json;

use super::{MEMBER, change, me};

const COUNT: &str = "{ expenses(first: 1) { totalCount } }";

#[tokio::test]
async fn a_deactivated_member_is_refused_on_every_server_until_reactivated() {
    let org = Org::new().await;
    let member = org.member("FINANCE").await;
    let there = member.at(&second_server().await.url);
    for client in [&member, &there] {
        assert!(client.run(COUNT, json!({})).await.errors().is_empty());
    }
    let input = change(&member, json!({})).await;
    let gone = org.owner.must("deactivateMember", input, MEMBER).await["member"].clone();
    assert_eq!(gone["status"], "DEACTIVATED");
    assert_eq!(
        member.run(COUNT, json!({})).await.errors(),
        ["UNAUTHENTICATED"],
        "at once"
    );
    let refused = async || there.run(COUNT, json!({})).await.errors() == ["UNAUTHENTICATED"];
    soon("the other server refuses", refused).await;
    let answer = member
        .mutate("createCategory", json!({ "name": "X" }), "category { id }")
        .await;
    assert_eq!(answer.errors(), ["UNAUTHENTICATED"]);

    let input = json!({ "id": gone["id"], "version": gone["version"] });
    let answer = org
        .owner
        .mutate("deactivateMember", input.clone(), MEMBER)
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"], "deactivated already");
    let back = org.owner.must("reactivateMember", input, MEMBER).await["member"].clone();
    assert_eq!(
        (&back["status"], &back["role"]),
        (&json!("ACTIVE"), &json!("FINANCE"))
    );
    assert!(member.run(COUNT, json!({})).await.errors().is_empty());
    soon("the other server lets in", async || {
        there.run(COUNT, json!({})).await.errors().is_empty()
    })
    .await;
}

#[tokio::test]
async fn what_a_deactivated_member_did_stays() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let input = outlay_tests::expense("Café", "3.20");
    member.must("createExpense", input, "expense { id }").await;
    let who = me(&member).await;
    org.owner
        .must("deactivateMember", who.clone(), MEMBER)
        .await;
    let list = "{ expenses(first: 1) { nodes { member { id status } } } }";
    let answer = org.owner.run(list, json!({})).await;
    assert_eq!(
        answer.data("expenses.nodes.0.member"),
        json!({ "id": who["id"], "status": "DEACTIVATED" })
    );
}

#[tokio::test]
async fn a_session_of_a_deactivated_member_is_not_refreshed() {
    let org = Org::new().await;
    let (email, token, _) = super::invite(&org, "MEMBER").await;
    let client = org.owner.anonymous();
    let input = json!({ "token": token, "displayName": "Mo", "password": outlay_tests::PASSWORD });
    let joined = client
        .must(
            "acceptInvitation",
            input,
            "member { id version email } session { refreshToken }",
        )
        .await;
    assert_eq!(joined["member"]["email"], email);
    let input = json!({ "id": joined["member"]["id"], "version": joined["member"]["version"] });
    org.owner.must("deactivateMember", input, MEMBER).await;
    let input = json!({ "refreshToken": joined["session"]["refreshToken"] });
    let answer = client
        .mutate("refreshSession", input, "session { accessToken }")
        .await;
    assert_eq!(answer.codes(), ["UNAUTHENTICATED"]);
}

#[tokio::test]
async fn a_member_of_another_organization_is_not_found() {
    let (org, other) = (Org::new().await, Org::new().await);
    let stranger = change(&other.member("MEMBER").await, json!({})).await;
    for mutation in ["deactivateMember", "reactivateMember", "updateMember"] {
        let answer = org.owner.mutate(mutation, stranger.clone(), MEMBER).await;
        assert_eq!(answer.codes(), ["NOT_FOUND"], "{mutation}");
    }
}
