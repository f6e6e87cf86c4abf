//! The list of colleagues.

use outlay_tests::{Answer, Org};
use serde_json::{Value, json};

use super::{MEMBER, change, me};

const LIST: &str = "query ($first: Int, $after: String, $filter: MemberFilter) {
    members(first: $first, after: $after, filter: $filter) {
        totalCount pageInfo { hasNextPage endCursor } nodes { id displayName role } } }";

async fn listed(org: &Org, filter: Value) -> (Vec<String>, Answer) {
    let answer = org
        .owner
        .run(LIST, json!({ "first": 100, "filter": filter }))
        .await;
    let nodes = answer
        .data("members.nodes")
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(
        answer.data("members.totalCount"),
        nodes.len(),
        "{}",
        answer.body
    );
    (
        nodes
            .iter()
            .map(|node| node["displayName"].as_str().expect("a name").to_owned())
            .collect(),
        answer,
    )
}

#[tokio::test]
async fn members_are_filtered_by_role_status_department_and_text() {
    let org = Org::new().await;
    let sales = org.department("Sales").await;
    let people = [
        ("Ada 100%", "FINANCE", None),
        ("Bob_by", "MEMBER", Some("E-77")),
        ("Cläre", "MEMBER", None),
    ];
    let mut clients = Vec::new();
    for (name, role, employee_id) in people {
        let client = org
            .member_in(role, (role == "MEMBER").then_some(sales.as_str()))
            .await;
        let input = change(
            &client,
            json!({ "displayName": name, "employeeId": employee_id }),
        )
        .await;
        org.owner.must("updateMember", input, MEMBER).await;
        clients.push(client);
    }
    org.owner
        .must(
            "deactivateMember",
            change(&clients[2], json!({})).await,
            MEMBER,
        )
        .await;
    for (filter, expected) in [
        (
            json!(null),
            &["Ada 100%", "Bob_by", "Cläre", "Olive Owner"][..],
        ),
        (
            json!({ "role": { "in": ["MEMBER"] } }),
            &["Bob_by", "Cläre"],
        ),
        (
            json!({ "role": { "in": ["MEMBER", "OWNER"] } }),
            &["Bob_by", "Cläre", "Olive Owner"],
        ),
        (json!({ "role": { "in": [] } }), &[]),
        (json!({ "status": { "in": ["DEACTIVATED"] } }), &["Cläre"]),
        (
            json!({ "departmentId": { "in": [sales] } }),
            &["Bob_by", "Cläre"],
        ),
        (
            json!({ "departmentId": { "in": [sales] }, "status": { "in": ["ACTIVE"] } }),
            &["Bob_by"],
        ),
        (json!({ "search": "CLÄ" }), &["Cläre"]),
        (json!({ "search": "e-77" }), &["Bob_by"]),
        (
            json!({ "search": org.owner_email.to_uppercase() }),
            &["Olive Owner"],
        ),
        (json!({ "search": "%" }), &["Ada 100%"]),
        (json!({ "search": "_" }), &["Bob_by"]),
        (json!({ "search": "\\" }), &[]),
        (json!({ "search": "' OR true --" }), &[]),
    ] {
        assert_eq!(listed(&org, filter.clone()).await.0, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_list_is_paged_by_name_each_member_once_though_names_are_alike() {
    let org = Org::new().await;
    for _ in 0..6 {
        org.member("MEMBER").await;
    }
    let (mut seen, mut after) = (Vec::new(), json!(null));
    loop {
        let answer = org
            .owner
            .run(LIST, json!({ "first": 2, "after": after }))
            .await;
        let nodes = answer.data("members.nodes");
        seen.extend(
            nodes
                .as_array()
                .expect("nodes")
                .iter()
                .map(|node| node["id"].clone()),
        );
        after = answer.data("members.pageInfo.endCursor");
        if answer.data("members.pageInfo.hasNextPage") == json!(false) {
            break;
        }
    }
    let all = org.owner.run(LIST, json!({ "first": 100 })).await;
    let all: Vec<Value> = all
        .data("members.nodes")
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    assert_eq!((seen.len(), &seen), (7, &all));
}

#[tokio::test]
async fn every_member_sees_their_colleagues_and_no_strangers() {
    let (org, other) = (Org::new().await, Org::new().await);
    let viewer = org.member("VIEWER").await;
    let answer = viewer.run(LIST, json!({ "first": 100 })).await;
    assert_eq!(answer.data("members.totalCount"), 2);
    let stranger = me(&other.owner).await["id"].clone();
    let answer = viewer
        .run(
            "query ($id: ID!) { member(id: $id) { email } }",
            json!({ "id": stranger }),
        )
        .await;
    assert_eq!(
        (answer.errors(), answer.data("member")),
        (vec![], json!(null))
    );
}
