//! Categories.

use outlay_tests::{Org, expense};
use serde_json::json;

const CATEGORY: &str = "category { id name version }";

#[tokio::test]
async fn a_category_is_made_changed_and_deleted() {
    let org = Org::new().await;
    let id = org.category("Travel").await;
    let input = json!({ "id": id, "version": 1, "name": "Journeys" });
    let changed = org
        .owner
        .must("updateCategory", input.clone(), CATEGORY)
        .await;
    assert_eq!(
        changed["category"],
        json!({ "id": id, "name": "Journeys", "version": 2 })
    );
    assert_eq!(
        org.owner
            .mutate("updateCategory", input, CATEGORY)
            .await
            .codes(),
        ["CONFLICT"]
    );
    let stale = json!({ "id": id, "version": 1 });
    assert_eq!(
        org.owner
            .mutate("deleteCategory", stale, "deletedId")
            .await
            .codes(),
        ["CONFLICT"]
    );
    let input = json!({ "id": id, "version": 2 });
    assert_eq!(
        org.owner.must("deleteCategory", input, "deletedId").await["deletedId"],
        id
    );
    let answer = org
        .owner
        .run(
            "query ($id: ID!) { category(id: $id) { name } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(
        (answer.errors(), answer.data("category")),
        (vec![], json!(null))
    );
}

#[tokio::test]
async fn a_name_is_of_one_category_whatever_the_case() {
    let org = Org::new().await;
    org.category("Travel").await;
    for name in ["Travel", "TRAVEL", " travel "] {
        let answer = org
            .owner
            .mutate("createCategory", json!({ "name": name }), CATEGORY)
            .await;
        assert_eq!(answer.codes(), ["CONFLICT"], "{name:?}");
        assert_eq!(answer.data("createCategory.errors.0.field"), "name");
    }
    // What ILIKE would take for a pattern is a name like any other.
    org.category("Trave_").await;
    org.category("%").await;
}

#[tokio::test]
async fn a_category_in_use_is_not_deleted_until_nothing_refers_to_it() {
    let org = Org::new().await;
    let category = org.category("Travel").await;
    let mut input = expense("Rail", "9.00");
    input["categoryId"] = json!(category);
    let expense = org.make("createExpense", input, "expense").await;
    let delete = json!({ "id": category, "version": 1 });
    let answer = org
        .owner
        .mutate("deleteCategory", delete.clone(), "deletedId")
        .await;
    assert_eq!(answer.codes(), ["CONFLICT"]);
    let input = json!({ "id": expense, "version": 1, "categoryId": null });
    org.owner
        .must("updateExpense", input, "expense { id }")
        .await;
    org.owner.must("deleteCategory", delete, "deletedId").await;
}

#[tokio::test]
async fn categories_are_listed_by_name_and_written_by_finance_alone() {
    let org = Org::new().await;
    for name in ["Travel", "Books", "Meals"] {
        org.category(name).await;
    }
    let member = org.member("MEMBER").await;
    let answer = member
        .run(
            "{ categories(first: 2) { totalCount nodes { name } } }",
            json!({}),
        )
        .await;
    let expected = json!({ "totalCount": 3, "nodes": [{ "name": "Books" }, { "name": "Meals" }] });
    assert_eq!(answer.data("categories"), expected);
    let answer = member
        .mutate("createCategory", json!({ "name": "Mine" }), CATEGORY)
        .await;
    assert_eq!(answer.errors(), ["FORBIDDEN"]);
}
