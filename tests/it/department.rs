//! Departments.

use outlay_tests::{Org, expense};
use serde_json::{Value, json};

const DEPARTMENT: &str = "department { id name version parent { name } head { role } }";

#[tokio::test]
async fn a_department_is_made_changed_and_deleted() {
    let org = Org::new().await;
    let head = org
        .owner
        .run("{ viewer { member { id } } }", json!({}))
        .await
        .data("viewer.member.id");
    let parent = org.department("Company").await;
    let input = json!({ "name": "Sales", "parentId": parent, "headId": head });
    let made = org.owner.must("createDepartment", input, DEPARTMENT).await["department"].clone();
    assert_eq!(
        (&made["parent"]["name"], &made["head"]["role"]),
        (&json!("Company"), &json!("OWNER"))
    );
    let input = json!({ "id": made["id"], "version": made["version"], "name": "Marketing", "parentId": null });
    let changed = org.owner.must("updateDepartment", input, DEPARTMENT).await["department"].clone();
    let expected = json!({
        "id": made["id"], "name": "Marketing", "version": 2, "parent": null, "head": { "role": "OWNER" },
    });
    assert_eq!(changed, expected);
    let stale = json!({ "id": made["id"], "version": 1 });
    for mutation in ["updateDepartment", "deleteDepartment"] {
        assert_eq!(
            org.owner
                .mutate(mutation, stale.clone(), "__typename")
                .await
                .codes(),
            ["CONFLICT"],
            "{mutation}"
        );
    }
    let input = json!({ "id": made["id"], "version": 2 });
    let deleted = org
        .owner
        .must("deleteDepartment", input.clone(), "deletedId")
        .await;
    assert_eq!(deleted["deletedId"], made["id"]);
    assert_eq!(
        org.owner
            .mutate("deleteDepartment", input, "deletedId")
            .await
            .codes(),
        ["NOT_FOUND"]
    );
    let answer = org
        .owner
        .run(
            "{ departments(first: 10) { totalCount nodes { name } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        answer.data("departments"),
        json!({ "totalCount": 1, "nodes": [{ "name": "Company" }] })
    );
}

#[tokio::test]
async fn a_name_is_of_one_department_whatever_the_case() {
    let (org, other) = (Org::new().await, Org::new().await);
    org.department("Straße Ä").await;
    for name in ["Straße Ä", "straße ä", "  STRAßE Ä ", "Straße A\u{308}"] {
        let answer = org
            .owner
            .mutate("createDepartment", json!({ "name": name }), DEPARTMENT)
            .await;
        assert_eq!(answer.codes(), ["CONFLICT"], "{name:?}");
        assert_eq!(answer.data("createDepartment.errors.0.field"), "name");
    }
    let id = org.department("Second").await;
    let input = json!({ "id": id, "version": 1, "name": "STRAßE ä" });
    assert_eq!(
        org.owner
            .mutate("updateDepartment", input, DEPARTMENT)
            .await
            .codes(),
        ["CONFLICT"]
    );
    let input = json!({ "id": id, "version": 1, "name": "SECOND" });
    org.owner.must("updateDepartment", input, DEPARTMENT).await;
    other.department("Straße Ä").await;
}

#[tokio::test]
async fn a_department_in_use_is_not_deleted() {
    let org = Org::new().await;
    let delete = async |id: &str| {
        let answer = org
            .owner
            .mutate(
                "deleteDepartment",
                json!({ "id": id, "version": 1 }),
                "deletedId",
            )
            .await;
        answer.codes()
    };
    let parent = org.department("Parent").await;
    let input = json!({ "name": "Child", "parentId": parent });
    org.make("createDepartment", input, "department").await;
    let (of_expense, of_member, of_budget) = (
        org.department("E").await,
        org.department("M").await,
        org.department("B").await,
    );
    let mut input = expense("Café", "1.00");
    input["departmentId"] = json!(of_expense);
    org.make("createExpense", input, "expense").await;
    org.member_in("MEMBER", Some(&of_member)).await;
    let account = org.account("Bank", "100.00").await;
    org.budget(&of_budget, &account, "10.00").await;
    for id in [&parent, &of_expense, &of_member, &of_budget] {
        assert_eq!(delete(id).await, ["CONFLICT"]);
    }
    assert_eq!(org.count("department", "true").await, 5);
}

#[tokio::test]
async fn a_department_is_never_part_of_itself() {
    let org = Org::new().await;
    let (a, b, c) = (
        org.department("A").await,
        org.department("B").await,
        org.department("C").await,
    );
    let mut versions =
        std::collections::HashMap::from([(a.clone(), 1), (b.clone(), 1), (c.clone(), 1)]);
    let mut attach = async |child: &str, parent: &str| {
        let input = json!({ "id": child, "version": versions[child], "parentId": parent });
        let answer = org
            .owner
            .mutate("updateDepartment", input, DEPARTMENT)
            .await;
        if answer.codes().is_empty() {
            *versions.get_mut(child).expect("a version") += 1;
        } else {
            assert_eq!(answer.data("updateDepartment.errors.0.field"), "parentId");
        }
        answer.codes()
    };
    assert_eq!(attach(&a, &a).await, ["INVALID"]);
    assert!(attach(&b, &a).await.is_empty());
    assert!(attach(&c, &b).await.is_empty());
    assert_eq!(attach(&a, &c).await, ["INVALID"]);
    assert_eq!(attach(&a, &b).await, ["INVALID"]);
    assert!(attach(&c, &a).await.is_empty());
    assert!(attach(&b, &c).await.is_empty());
}

#[tokio::test]
async fn two_moves_at_once_that_would_close_a_loop_do_not_both_happen() {
    let org = Org::new().await;
    for round in 0..20 {
        let (a, b) = (
            org.department(&format!("A{round}")).await,
            org.department(&format!("B{round}")).await,
        );
        let attach = |child: &str, parent: &str| {
            let input = json!({ "id": child, "version": 1, "parentId": parent });
            let client = org.owner.clone();
            async move {
                client
                    .mutate("updateDepartment", input, DEPARTMENT)
                    .await
                    .codes()
            }
        };
        let (first, second) = tokio::join!(attach(&a, &b), attach(&b, &a));
        assert_eq!(
            [first, second].concat(),
            ["INVALID"],
            "one is done, the other would close the loop"
        );
    }
    assert_eq!(org.count("department", "parent_id IS NOT NULL").await, 20);
}

#[tokio::test]
async fn a_parent_or_head_of_another_organization_is_not_found() {
    let (org, other) = (Org::new().await, Org::new().await);
    let parent = other.department("Theirs").await;
    let head = other
        .owner
        .run("{ viewer { member { id } } }", json!({}))
        .await
        .data("viewer.member.id");
    for (field, id) in [("parentId", Value::from(parent)), ("headId", head)] {
        let mut input = json!({ "name": "X" });
        input[field] = id;
        let answer = org
            .owner
            .mutate("createDepartment", input, DEPARTMENT)
            .await;
        assert_eq!(answer.codes(), ["NOT_FOUND"], "{field}");
        assert_eq!(answer.data("createDepartment.errors.0.field"), field);
    }
}

#[tokio::test]
async fn only_owners_admins_and_finance_write_departments_and_everybody_sees_them() {
    let org = Org::new().await;
    let id = org.department("Sales").await;
    for role in ["APPROVER", "MEMBER", "VIEWER"] {
        let client = org.member(role).await;
        for (mutation, input) in [
            ("createDepartment", json!({ "name": role })),
            (
                "updateDepartment",
                json!({ "id": id, "version": 1, "name": role }),
            ),
            ("deleteDepartment", json!({ "id": id, "version": 1 })),
        ] {
            assert_eq!(
                client.mutate(mutation, input, "__typename").await.errors(),
                ["FORBIDDEN"],
                "{role} {mutation}"
            );
        }
        let answer = client
            .run(
                "query ($id: ID!) { department(id: $id) { name } }",
                json!({ "id": id }),
            )
            .await;
        assert_eq!(answer.data("department.name"), "Sales");
    }
    org.member("FINANCE")
        .await
        .must("createDepartment", json!({ "name": "New" }), DEPARTMENT)
        .await;
}
