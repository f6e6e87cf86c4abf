//! What a list writes out at once is what the resolvers would have said, for every field that there is.

use std::collections::HashMap;

use outlay_tests::{Client, Org, expense, money};
use serde_json::{Value, json};

/// Each field without arguments that `ty` has, nested this deeply, as a selection of its own: of several, one that is
/// not at hand would leave all of them to the resolvers.
fn selections(types: &HashMap<String, Value>, ty: &str, depth: usize) -> Vec<String> {
    let fields = types[ty]["fields"].as_array().expect("an object");
    let fields = fields.iter().flat_map(|field| {
        let name = field["name"].as_str().expect("a name");
        let mut inner = &field["type"];
        let mut many = false;
        while !inner["ofType"].is_null() {
            many |= inner["kind"] == "LIST";
            inner = &inner["ofType"];
        }
        if many || field["args"] != json!([]) {
            return vec![];
        }
        match (inner["kind"].as_str(), inner["name"].as_str()) {
            (Some("OBJECT"), _) if depth == 0 => vec![],
            (Some("OBJECT"), Some(nested)) => selections(types, nested, depth - 1)
                .into_iter()
                .map(|nested| format!("{name} {{ {nested} }}"))
                .collect(),
            _ => vec![name.to_owned()],
        }
    });
    std::iter::once("__typename".to_owned())
        .chain(fields)
        .collect()
}

async fn types(client: &Client) -> HashMap<String, Value> {
    let query = "{ __schema { types { name fields { name args { name } \
        type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";
    let answer = client.run(query, json!({})).await;
    let types = answer.data("__schema.types");
    let types = types.as_array().expect("types").iter();
    types
        .map(|ty| (ty["name"].as_str().expect("a name").to_owned(), ty.clone()))
        .collect()
}

/// An expense with everything, and one with as little as possible.
async fn filled() -> Org {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    let account = org.account("Main", "1000").await;
    let category = org.category("Travel").await;
    let budget = org.budget(&department, &account, "500").await;
    let member = org.member_in("MEMBER", Some(&department)).await;
    let mut all = expense("Rail", "12.50");
    all["reference"] = json!("R-1");
    all["description"] = json!("To the client — and back 🚆");
    all["categoryId"] = json!(category);
    all["budgetId"] = json!(budget);
    member.must("createExpense", all, "expense { id }").await;
    org.expense("Corner shop", "0.01").await;
    org.make("createBudget", json!({
        "departmentId": department, "accountId": account, "categoryId": category, "year": 2026, "month": 2,
        "amount": money("1"),
    }), "budget").await;
    org
}

#[tokio::test]
async fn every_list_says_the_same_at_once_and_by_its_resolvers() {
    let org = filled().await;
    let types = types(&org.owner).await;
    let lists = [
        ("expenses", "Expense"),
        ("budgets", "Budget"),
        ("members", "Member"),
        ("departments", "Department"),
        ("categories", "Category"),
        ("accounts", "Account"),
    ];
    for (list, ty) in lists {
        for field in selections(&types, ty, 2) {
            let list_of = |field: &str| {
                format!(
                    "{{ {list}(first: 9) {{ edges {{ cursor node {{ {field} }} }} nodes {{ {field} }} }} }}"
                )
            };
            let at_once = org.owner.run(&list_of(&field), json!({})).await;
            // A fragment is left to the resolvers, as long as its document is new.
            let fragment = format!("... on {ty} {{ {field} }}");
            let resolved = org.owner.run(&list_of(&fragment), json!({})).await;
            assert_eq!(at_once.errors(), Vec::<String>::new(), "{}", at_once.body);
            assert_ne!(at_once.data(&format!("{list}.nodes.0")), Value::Null);
            assert_eq!(at_once.body, resolved.body, "{field} of {list}");
        }
    }
}

#[tokio::test]
async fn selections_that_meet_in_one_key_are_merged() {
    let org = filled().await;
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
