//! Comments of expenses: the first child collection.

use outlay_tests::{Client, Org, expense, server, unique};
use serde_json::{Value, json};

const COMMENT: &str = "comment { id text version author { displayName } expense { id } }";

/// Adds a comment; the comment.
async fn add(by: &Client, expense: &Value, text: &str) -> Value {
    let input = json!({ "expenseId": expense, "text": text });
    by.must("addExpenseComment", input, COMMENT).await["comment"].clone()
}

/// An expense of this client's.
async fn entered(by: &Client, department: Option<&str>) -> Value {
    let mut input = expense("Café", "9.90");
    input["departmentId"] = json!(department);
    by.must("createExpense", input, "expense { id }").await["expense"]["id"].clone()
}

/// The texts of the comments that a client sees on an expense.
async fn texts(client: &Client, expense: &Value) -> Value {
    let document = "query($id: ID!) { expense(id: $id) { comments(first: 100) { totalCount nodes { text } } } }";
    let answer = client.run(document, json!({ "id": expense })).await;
    assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
    let comments = answer.data("expense.comments");
    let nodes = comments["nodes"].as_array().cloned().unwrap_or_default();
    let texts: Vec<_> = nodes.iter().map(|node| node["text"].clone()).collect();
    if !comments.is_null() {
        assert_eq!(comments["totalCount"], texts.len());
    }
    json!(texts)
}

#[tokio::test]
async fn comments_are_listed_oldest_first_and_paged() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let id = entered(&member, None).await;
    for index in 0..5 {
        let author = if index % 2 == 0 { &member } else { &org.owner };
        let comment = add(author, &id, &format!("Remark {index}")).await;
        assert_eq!(comment["version"], 1);
        assert_eq!(comment["expense"]["id"], id);
    }
    let document = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { expense(id: $id) {
        comments(first: $first, after: $after, last: $last, before: $before) {
            totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } edges { cursor node { text } } } } }";
    let page = async |mut variables: Value| {
        variables["id"] = id.clone();
        let answer = member.run(document, variables).await;
        assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
        let comments = answer.data("expense.comments");
        assert_eq!(comments["totalCount"], 5);
        let edges = comments["edges"].as_array().expect("edges").clone();
        let texts: Vec<_> = edges
            .iter()
            .map(|edge| edge["node"]["text"].as_str().unwrap_or_default().to_owned())
            .collect();
        (texts, comments["pageInfo"].clone())
    };
    let (first, info) = page(json!({ "first": 2 })).await;
    assert_eq!(first, ["Remark 0", "Remark 1"]);
    assert_eq!(info["hasNextPage"], true);
    let (rest, info) = page(json!({ "first": 100, "after": info["endCursor"] })).await;
    assert_eq!(rest, ["Remark 2", "Remark 3", "Remark 4"]);
    assert_eq!(info["hasNextPage"], false);
    // After the last one there is nothing, of a list that still has five.
    let (none, _) = page(json!({ "first": 1, "after": info["endCursor"] })).await;
    assert!(none.is_empty());
    let (last, info) = page(json!({ "last": 2 })).await;
    assert_eq!(last, ["Remark 3", "Remark 4"]);
    assert_eq!(info["hasPreviousPage"], true);
    let (before, _) = page(json!({ "last": 2, "before": info["startCursor"] })).await;
    assert_eq!(before, ["Remark 1", "Remark 2"]);
}

#[tokio::test]
async fn an_author_changes_and_deletes_a_comment_and_nobody_else_does() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let id = entered(&member, None).await;
    let comment = add(&member, &id, "  First thought ").await;
    assert_eq!(comment["text"], "First thought");
    let change =
        |version: i32| json!({ "id": comment["id"], "version": version, "text": "Better" });
    let delete = |version: i32| json!({ "id": comment["id"], "version": version });
    for field in ["updateExpenseComment", "deleteExpenseComment"] {
        let input = if field.starts_with("update") {
            change(1)
        } else {
            delete(1)
        };
        let selection = if field.starts_with("update") {
            COMMENT
        } else {
            "deletedId"
        };
        let answer = org.owner.mutate(field, input, selection).await;
        assert_eq!(answer.errors(), ["FORBIDDEN"], "{field}: {}", answer.body);
    }
    let stale = member
        .mutate("updateExpenseComment", change(7), COMMENT)
        .await;
    assert_eq!(stale.codes(), ["CONFLICT"], "{}", stale.body);
    let changed = member
        .must("updateExpenseComment", change(1), COMMENT)
        .await;
    assert_eq!(changed["comment"]["text"], "Better");
    assert_eq!(changed["comment"]["version"], 2);
    assert_eq!(texts(&org.owner, &id).await, json!(["Better"]));
    let gone = member
        .must("deleteExpenseComment", delete(2), "deletedId")
        .await;
    assert_eq!(gone["deletedId"], comment["id"]);
    assert_eq!(texts(&org.owner, &id).await, json!([]));
}

#[tokio::test]
async fn whoever_sees_the_expense_sees_and_writes_its_comments() {
    let org = Org::new().await;
    let sales = org.department("Sales").await;
    let member = org.member("MEMBER").await;
    let id = entered(&member, Some(&sales)).await;
    let comment = add(&member, &id, "Please look").await;
    let node = json!({ "id": comment["id"] });
    let by_id = "query($id: ID!) { node(id: $id) { ... on ExpenseComment { text } } }";
    for (role, department, sees, writes) in [
        ("ADMIN", None, true, true),
        ("FINANCE", None, true, true),
        ("APPROVER", Some(&*sales), true, true),
        ("APPROVER", None, false, false),
        ("MEMBER", Some(&*sales), false, false),
        ("VIEWER", None, true, false),
    ] {
        let client = org.member_in(role, department).await;
        let seen = client.run(by_id, node.clone()).await.data("node.text");
        assert_eq!(seen == "Please look", sees, "{role} {department:?}");
        let input = json!({ "expenseId": id, "text": "Seen" });
        let answer = client.mutate("addExpenseComment", input, COMMENT).await;
        let codes = answer.codes();
        if writes {
            assert!(codes.is_empty(), "{role}: {}", answer.body);
        } else if sees {
            assert_eq!(codes, ["FORBIDDEN"], "{role}");
        } else {
            assert_eq!(codes, ["NOT_FOUND"], "{role}");
        }
    }
}

#[tokio::test]
async fn a_text_is_checked_and_a_key_adds_one_comment() {
    let org = Org::new().await;
    let id = entered(&org.owner, None).await;
    for text in ["", "   ", "a\u{0}b", &"x".repeat(2_001)] {
        let input = json!({ "expenseId": id, "text": text });
        let answer = org.owner.mutate("addExpenseComment", input, COMMENT).await;
        let error = answer.data("addExpenseComment.errors.0");
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("INVALID"), &json!("text"))
        );
    }
    let key = unique("comment");
    let input = json!({ "expenseId": id, "text": "Once\nonly", "idempotencyKey": key });
    let first = org
        .owner
        .must("addExpenseComment", input.clone(), COMMENT)
        .await;
    let again = org.owner.must("addExpenseComment", input, COMMENT).await;
    assert_eq!(first, again);
    assert_eq!(texts(&org.owner, &id).await, json!(["Once\nonly"]));
}

#[tokio::test]
async fn comments_go_with_their_draft() {
    let org = Org::new().await;
    let id = entered(&org.owner, None).await;
    let comment = add(&org.owner, &id, "Never mind").await;
    let input = json!({ "id": id, "version": 1 });
    org.owner.must("deleteExpense", input, "deletedId").await;
    let node = json!({ "id": comment["id"] });
    let answer = org
        .owner
        .run("query($id: ID!) { node(id: $id) { id } }", node)
        .await;
    assert_eq!(answer.data("node"), Value::Null);
}

#[tokio::test]
async fn a_comment_is_an_event_of_its_expense_for_those_who_see_it() {
    let org = Org::new().await;
    let (member, other) = (org.member("MEMBER").await, org.member("MEMBER").await);
    let id = entered(&member, None).await;
    let document = "subscription { expenseChanged { action version expenseId expense { comments(last: 1) { nodes { text } } } } }";
    let mut seen = member.listen(document, json!({})).await;
    let mut hidden = other.listen(document, json!({})).await;
    let comment = add(&org.owner, &id, "Where is the receipt?").await;
    let event = seen.told("expenseChanged").await;
    assert_eq!(event["action"], "COMMENTED");
    assert_eq!((&event["expenseId"], &event["version"]), (&id, &json!(1)));
    assert_eq!(
        event["expense"]["comments"]["nodes"][0]["text"],
        comment["text"]
    );
    // The next event that the other member sees is one of their own.
    let own = entered(&other, None).await;
    assert_eq!(hidden.told("expenseChanged").await["expenseId"], own);
}

#[tokio::test]
async fn comments_of_a_list_are_one_statement_for_any_number_of_rows() {
    let org = Org::new().await;
    for index in 0..12 {
        let id = entered(&org.owner, None).await;
        add(&org.owner, &id, &format!("One of {index}")).await;
        add(&org.owner, &id, &format!("Two of {index}")).await;
    }
    let document = "query($first: Int!) { expenses(first: $first) { nodes { id
        comments(first: 5) { totalCount nodes { text author { displayName } } } } } }";
    for first in [2, 12] {
        let answer = org.owner.run(document, json!({ "first": first })).await;
        let nodes = answer.data("expenses.nodes");
        for node in nodes.as_array().expect("nodes") {
            let comments = &node["comments"];
            assert_eq!(comments["totalCount"], 2, "{}", answer.body);
            let text = comments["nodes"][0]["text"].as_str().unwrap_or_default();
            assert!(text.starts_with("One of"), "{text}");
            assert_ne!(comments["nodes"][1]["author"]["displayName"], Value::Null);
        }
        let run = server().await.statements(&answer.request_id).await;
        assert_eq!(
            run.len(),
            4,
            "BEGIN, the list, its comments, ROLLBACK: {run:#?}"
        );
        insta::assert_snapshot!("comments", run[2]);
    }
}
