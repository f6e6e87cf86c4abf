//! Roles: a change holds from the next request on.

use outlay_tests::{Org, second_server, soon, unique};
use serde_json::json;

use super::{MEMBER, change, me};

#[tokio::test]
async fn a_new_role_holds_from_the_next_request_on_every_server() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let there = member.at(&second_server().await.url);
    let make = async |client: &outlay_tests::Client| {
        client
            .mutate(
                "createCategory",
                json!({ "name": unique("c") }),
                "category { id }",
            )
            .await
            .codes()
    };
    for client in [&member, &there] {
        assert_eq!(make(client).await, ["FORBIDDEN"]);
    }
    org.owner
        .must(
            "updateMember",
            change(&member, json!({ "role": "FINANCE" })).await,
            MEMBER,
        )
        .await;
    assert!(make(&member).await.is_empty(), "in the next request");
    soon("the other server knows", async || {
        make(&there).await.is_empty()
    })
    .await;
    org.owner
        .must(
            "updateMember",
            change(&member, json!({ "role": "VIEWER" })).await,
            MEMBER,
        )
        .await;
    assert_eq!(make(&member).await, ["FORBIDDEN"], "and back");
    soon("the other server knows", async || {
        make(&there).await == ["FORBIDDEN"]
    })
    .await;
}

#[tokio::test]
async fn a_new_department_changes_what_an_approver_sees_at_once() {
    let org = Org::new().await;
    let (sales, research) = (
        org.department("Sales").await,
        org.department("Research").await,
    );
    let approver = org.member_in("APPROVER", Some(&sales)).await;
    org.member_in("MEMBER", Some(&sales)).await;
    let mut input = outlay_tests::expense("Lab", "10.00");
    input["departmentId"] = json!(research);
    org.owner
        .must("createExpense", input, "expense { id }")
        .await;
    let count = async || {
        approver
            .run("{ expenses(first: 1) { totalCount } }", json!({}))
            .await
    };
    assert_eq!(count().await.data("expenses.totalCount"), 0);
    let input = change(&approver, json!({ "departmentId": research })).await;
    org.owner.must("updateMember", input, MEMBER).await;
    assert_eq!(count().await.data("expenses.totalCount"), 1);
    let input = change(&approver, json!({ "departmentId": null })).await;
    let changed = org.owner.must("updateMember", input, MEMBER).await;
    assert_eq!(changed["member"]["department"], json!(null));
    assert_eq!(count().await.data("expenses.totalCount"), 0);
}

#[tokio::test]
async fn a_change_of_a_stale_version_is_a_conflict() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let stale = change(&member, json!({ "displayName": "Second" })).await;
    org.owner
        .must(
            "updateMember",
            change(&member, json!({ "displayName": "First" })).await,
            MEMBER,
        )
        .await;
    let answer = org.owner.mutate("updateMember", stale, MEMBER).await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    assert_eq!(answer.data("updateMember.errors.0.field"), "version");
}

#[tokio::test]
async fn an_employee_id_is_of_one_member() {
    let org = Org::new().await;
    let (one, two) = (org.member("MEMBER").await, org.member("MEMBER").await);
    org.owner
        .must(
            "updateMember",
            change(&one, json!({ "employeeId": "E-1" })).await,
            MEMBER,
        )
        .await;
    let answer = org
        .owner
        .mutate(
            "updateMember",
            change(&two, json!({ "employeeId": "E-1" })).await,
            MEMBER,
        )
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    assert_eq!(answer.data("updateMember.errors.0.field"), "employeeId");
    org.owner
        .must(
            "updateMember",
            change(&one, json!({ "employeeId": null })).await,
            MEMBER,
        )
        .await;
    let changed = org
        .owner
        .must(
            "updateMember",
            change(&two, json!({ "employeeId": "E-1" })).await,
            MEMBER,
        )
        .await;
    assert_eq!(changed["member"]["employeeId"], "E-1");
    // The same id in another organization is another member's.
    let other = Org::new().await;
    other
        .owner
        .must(
            "updateMember",
            change(&other.owner, json!({ "employeeId": "E-1" })).await,
            MEMBER,
        )
        .await;
}

#[tokio::test]
async fn nobody_reports_to_themselves_or_to_a_stranger() {
    let (org, other) = (Org::new().await, Org::new().await);
    let member = org.member("MEMBER").await;
    let (own, stranger) = (
        me(&member).await["id"].clone(),
        me(&other.owner).await["id"].clone(),
    );
    for (manager, code) in [(own, "INVALID"), (stranger, "NOT_FOUND")] {
        let input = change(&member, json!({ "managerId": manager })).await;
        let answer = org.owner.mutate("updateMember", input, MEMBER).await;
        assert_eq!(answer.codes(), [code]);
        assert_eq!(answer.data("updateMember.errors.0.field"), "managerId");
    }
    let manager = me(&org.owner).await["id"].clone();
    let input = change(&member, json!({ "managerId": manager })).await;
    let changed = org.owner.must("updateMember", input, MEMBER).await;
    assert_eq!(changed["member"]["manager"]["id"], manager);
}

#[tokio::test]
async fn only_owners_and_admins_change_members() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    for role in ["FINANCE", "APPROVER", "MEMBER", "VIEWER"] {
        let client = org.member(role).await;
        for input in [
            change(&member, json!({ "role": "ADMIN" })).await,
            change(&client, json!({ "role": "ADMIN" })).await,
        ] {
            assert_eq!(
                client.mutate("updateMember", input, MEMBER).await.errors(),
                ["FORBIDDEN"],
                "{role}"
            );
        }
        let input = change(&member, json!({})).await;
        assert_eq!(
            client
                .mutate("deactivateMember", input, MEMBER)
                .await
                .errors(),
            ["FORBIDDEN"],
            "{role}"
        );
    }
    let admin = org.member("ADMIN").await;
    admin
        .must(
            "updateMember",
            change(&member, json!({ "role": "VIEWER" })).await,
            MEMBER,
        )
        .await;
}
