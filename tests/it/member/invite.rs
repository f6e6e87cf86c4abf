//! Inviting, and who may see the links.

use outlay_tests::{Org, outcomes};
use serde_json::json;

use super::{invite, invite_address};

const INVITED: &str =
    "invitation { id email role status link department { name } invitedBy { role } }";

#[tokio::test]
async fn an_invitation_says_what_it_offers() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let input =
        json!({ "email": "New@Example.org", "role": "APPROVER", "departmentId": department });
    let invited = org.owner.must("inviteMember", input, INVITED).await["invitation"].clone();
    assert_eq!(invited["email"], "new@example.org");
    assert_eq!(
        (&invited["role"], &invited["status"]),
        (&json!("APPROVER"), &json!("PENDING"))
    );
    assert_eq!(invited["department"]["name"], "Sales");
    assert_eq!(invited["invitedBy"]["role"], "OWNER");
    assert!(
        invited["link"]
            .as_str()
            .expect("a link")
            .contains("/invitations/")
    );
}

#[tokio::test]
async fn only_who_may_invite_invites_and_sees_the_links() {
    let org = Org::new().await;
    let (_, _, invitation) = invite(&org, "MEMBER").await;
    let list = "{ invitations(first: 10) { nodes { link } } }";
    let node = "query ($id: ID!) { node(id: $id) { ... on Invitation { link } } }";
    let id = json!({ "id": invitation["id"] });
    for role in ["ADMIN", "FINANCE", "APPROVER", "MEMBER", "VIEWER"] {
        let client = org.member(role).await;
        let input = json!({ "email": format!("{role}@x.example"), "role": "VIEWER" });
        let invited = client.mutate("inviteMember", input, INVITED).await;
        let (listed, found) = (
            client.run(list, json!({})).await,
            client.run(node, id.clone()).await,
        );
        if role == "ADMIN" {
            assert!(
                invited.codes().is_empty() && listed.data("invitations.nodes.0.link").is_string()
            );
            assert!(found.data("node.link").is_string());
        } else {
            assert_eq!(invited.errors(), ["FORBIDDEN"], "{role}");
            assert_eq!(listed.errors(), ["FORBIDDEN"], "{role}");
            assert_eq!(
                (found.errors(), found.data("node")),
                (vec![], json!(null)),
                "{role}"
            );
        }
    }
}

#[tokio::test]
async fn only_an_owner_invites_an_owner_or_sees_the_link_of_one() {
    let org = Org::new().await;
    let admin = org.member("ADMIN").await;
    let input = json!({ "email": "boss@x.example", "role": "OWNER" });
    assert_eq!(
        admin
            .mutate("inviteMember", input.clone(), INVITED)
            .await
            .errors(),
        ["FORBIDDEN"]
    );
    let invited = org
        .owner
        .must("inviteMember", input, "invitation { id version link }")
        .await;
    assert!(invited["invitation"]["link"].is_string());
    let answer = admin
        .run(
            "{ invitations(first: 10) { nodes { email link } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer.data("invitations.nodes"),
        json!([{ "email": "boss@x.example", "link": null }])
    );
    let input = json!({ "id": invited["invitation"]["id"], "version": 1 });
    assert_eq!(
        admin
            .mutate("revokeInvitation", input, "invitation { id }")
            .await
            .errors(),
        ["FORBIDDEN"]
    );
}

#[tokio::test]
async fn an_address_has_one_pending_invitation() {
    let org = Org::new().await;
    let (email, _, invitation) = invite(&org, "MEMBER").await;
    let again = json!({ "email": email.to_uppercase(), "role": "ADMIN" });
    let answer = org
        .owner
        .mutate("inviteMember", again.clone(), INVITED)
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    assert_eq!(answer.data("inviteMember.errors.0.field"), "email");
    org.owner
        .must(
            "revokeInvitation",
            invitation.clone(),
            "invitation { status link }",
        )
        .await;
    assert_eq!(
        org.owner
            .mutate("revokeInvitation", invitation, "invitation { id }")
            .await
            .codes(),
        ["CONFLICT"]
    );
    org.owner.must("inviteMember", again, INVITED).await;
}

#[tokio::test]
async fn one_address_invited_ten_times_at_once_is_invited_once() {
    let org = Org::new().await;
    let input = json!({ "email": "crowd@x.example", "role": "MEMBER" });
    let attempts = (0..10).map(|_| org.owner.mutate("inviteMember", input.clone(), INVITED));
    let answers = futures::future::join_all(attempts).await;
    assert_eq!(outcomes(&answers, "CONFLICT"), (1, 9));
}

#[tokio::test]
async fn a_member_is_not_invited_again() {
    let org = Org::new().await;
    let input = json!({ "email": org.owner_email, "role": "MEMBER" });
    let answer = org.owner.mutate("inviteMember", input, INVITED).await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    assert_eq!(answer.data("inviteMember.errors.0.field"), "email");
}

#[tokio::test]
async fn a_department_of_another_organization_is_not_found() {
    let (org, other) = (Org::new().await, Org::new().await);
    let department = other.department("Theirs").await;
    let input = json!({ "email": "x@x.example", "role": "MEMBER", "departmentId": department });
    let answer = org.owner.mutate("inviteMember", input, INVITED).await;
    assert_eq!(answer.codes(), ["NOT_FOUND"]);
    assert_eq!(answer.data("inviteMember.errors.0.field"), "departmentId");
}

#[tokio::test]
async fn an_invitation_that_has_run_out_makes_room_for_a_new_one() {
    let org = Org::new().await;
    let (email, old, _) = invite(&org, "MEMBER").await;
    let schema = org.schema().await;
    outlay_tests::execute(&format!(
        "UPDATE {schema}.invitation SET expires_at = now() - interval '1 s'"
    ))
    .await;
    let (new, _) = invite_address(&org, &email, "MEMBER").await;
    assert_ne!(old, new);
}
