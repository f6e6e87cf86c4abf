//! Owners: made and unmade by owners alone, and never none of them.

use outlay_tests::{Client, Org};
use serde_json::{Value, json};

use super::{MEMBER, change};

const LEAVE: &str = "mutation { leaveOrganization { leftId errors { code field message } } }";

async fn leave(client: &Client) -> Vec<String> {
    client.run(LEAVE, json!({})).await.codes()
}

async fn owners(org: &Org) -> i64 {
    org.count("member", "role = 'OWNER' AND status = 'ACTIVE'")
        .await
}

#[tokio::test]
async fn the_last_owner_stays() {
    let org = Org::new().await;
    assert_eq!(leave(&org.owner).await, ["CONFLICT"]);
    let demote = change(&org.owner, json!({ "role": "ADMIN" })).await;
    assert_eq!(
        org.owner
            .mutate("updateMember", demote.clone(), MEMBER)
            .await
            .codes(),
        ["CONFLICT"]
    );
    let deactivate = change(&org.owner, json!({})).await;
    assert_eq!(
        org.owner
            .mutate("deactivateMember", deactivate, MEMBER)
            .await
            .codes(),
        ["CONFLICT"]
    );
    let rename = change(
        &org.owner,
        json!({ "displayName": "Still Here", "role": "OWNER" }),
    )
    .await;
    org.owner.must("updateMember", rename, MEMBER).await;

    let second = org.member("OWNER").await;
    org.owner
        .must(
            "updateMember",
            change(&org.owner, json!({ "role": "ADMIN" })).await,
            MEMBER,
        )
        .await;
    assert_eq!(
        leave(&second).await,
        ["CONFLICT"],
        "the second one is the last one now"
    );
    assert!(leave(&org.owner).await.is_empty());
    assert_eq!(owners(&org).await, 1);
}

#[tokio::test]
async fn a_deactivated_owner_does_not_count() {
    let org = Org::new().await;
    let second = org.member("OWNER").await;
    let input = change(&second, json!({})).await;
    org.owner.must("deactivateMember", input, MEMBER).await;
    assert_eq!(leave(&org.owner).await, ["CONFLICT"]);
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_exactly_one_does() {
    for _ in 0..5 {
        let org = Org::new().await;
        let second = org.member("OWNER").await;
        let (one, two) = tokio::join!(leave(&org.owner), leave(&second));
        let mut codes = [one, two].concat();
        codes.sort();
        assert_eq!(codes, ["CONFLICT"], "one leaves, the other is told to stay");
        assert_eq!(owners(&org).await, 1);
    }
}

#[tokio::test]
async fn of_two_owners_who_demote_or_deactivate_each_other_at_once_exactly_one_does() {
    for mutation in ["updateMember", "deactivateMember"] {
        for _ in 0..3 {
            let org = Org::new().await;
            let second = org.member("OWNER").await;
            let fields = if mutation == "updateMember" {
                json!({ "role": "MEMBER" })
            } else {
                json!({})
            };
            let (first, other) = (
                change(&org.owner, fields.clone()).await,
                change(&second, fields).await,
            );
            let (one, two) = tokio::join!(
                org.owner.mutate(mutation, other, MEMBER),
                second.mutate(mutation, first, MEMBER)
            );
            let codes = [one.codes(), two.codes()];
            let done = codes.iter().filter(|codes| codes.is_empty()).count();
            // The slower one was an owner when its request came in, or is none any more.
            let refused = |codes: &Vec<String>| {
                ["CONFLICT", "FORBIDDEN", "UNAUTHENTICATED"]
                    .iter()
                    .any(|code| codes == &[*code])
            };
            assert_eq!(done, 1, "{mutation}: {codes:?}");
            assert!(codes.iter().any(refused), "{mutation}: {codes:?}");
            assert_eq!(owners(&org).await, 1);
        }
    }
}

#[tokio::test]
async fn an_admin_neither_makes_owners_nor_touches_them() {
    let org = Org::new().await;
    let (admin, member) = (org.member("ADMIN").await, org.member("MEMBER").await);
    let forbidden = async |mutation: &str, input: Value| {
        assert_eq!(
            admin.mutate(mutation, input, MEMBER).await.errors(),
            ["FORBIDDEN"],
            "{mutation}"
        );
    };
    forbidden(
        "updateMember",
        change(&member, json!({ "role": "OWNER" })).await,
    )
    .await;
    forbidden(
        "updateMember",
        change(&admin, json!({ "role": "OWNER" })).await,
    )
    .await;
    forbidden(
        "updateMember",
        change(&org.owner, json!({ "displayName": "Nobody" })).await,
    )
    .await;
    forbidden(
        "updateMember",
        change(&org.owner, json!({ "role": "MEMBER" })).await,
    )
    .await;
    let second = org.member("OWNER").await;
    forbidden("deactivateMember", change(&second, json!({})).await).await;
    let gone = org
        .owner
        .must("deactivateMember", change(&second, json!({})).await, MEMBER)
        .await;
    let input = json!({ "id": gone["member"]["id"], "version": gone["member"]["version"] });
    forbidden("reactivateMember", input).await;
    assert_eq!(owners(&org).await, 1);
}
