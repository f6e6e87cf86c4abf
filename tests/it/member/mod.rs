//! Members: invited, changed, deactivated, and never left without an owner.

mod accept;
mod invite;
mod list;
mod owner;
mod role;
mod status;

use outlay_tests::{Client, Org, unique};
use serde_json::{Value, json};

/// The fields that the next change of a member needs, and those that it shows.
const MEMBER: &str =
    "member { id version role status displayName employeeId department { id } manager { id } }";

/// Who a client is in its organization: id and version.
async fn me(client: &Client) -> Value {
    let answer = client
        .run("{ viewer { member { id version } } }", json!({}))
        .await;
    let member = answer.data("viewer.member");
    assert!(member.is_object(), "{}", answer.body);
    member
}

/// The input of a change of this member.
async fn change(of: &Client, mut fields: Value) -> Value {
    let who = me(of).await;
    fields["id"] = who["id"].clone();
    fields["version"] = who["version"].clone();
    fields
}

/// A pending invitation of a new address: the address, the token of its link, and the invitation.
async fn invite(org: &Org, role: &str) -> (String, String, Value) {
    let email = format!("{}@{}.example", unique("i"), org.slug);
    let (token, invitation) = invite_address(org, &email, role).await;
    (email, token, invitation)
}

async fn invite_address(org: &Org, email: &str, role: &str) -> (String, Value) {
    let input = json!({ "email": email, "role": role });
    let invited = org
        .owner
        .must(
            "inviteMember",
            input,
            "invitation { id version link status }",
        )
        .await;
    let link = invited["invitation"]["link"].as_str().expect("a link");
    let token = link.rsplit('/').next().expect("a token").to_owned();
    (
        token,
        json!({ "id": invited["invitation"]["id"], "version": invited["invitation"]["version"] }),
    )
}
