//! The SQL of each operation as a file, so that a change of it is seen in review.

use outlay_tests::{Client, Server, expense, money};
use serde_json::{Value, json};

use crate::noun::{filled, snake_case, start};

/// A representative document of each list, and of one object by its id.
const QUERIES: &[(&str, &str)] = &[
    (
        "accounts",
        "{ accounts(first: 20) { edges { cursor node { id name openingBalance { amount } balance { amount } } } } }",
    ),
    (
        "budgets",
        "{ budgets(first: 20) { totalCount nodes { id year month amount { amount } spent { amount } remaining { amount }
           department { name } category { name } account { name } } } }",
    ),
    (
        "categories",
        "{ categories(first: 20) { pageInfo { endCursor } nodes { id name version } } }",
    ),
    (
        "departments",
        "{ departments(first: 20) { nodes { id name parent { name } head { displayName } } } }",
    ),
    (
        "expenses",
        "{ expenses(first: 20, filter: { status: { in: [SUBMITTED] } }, orderBy: { field: SPENT_ON, direction: DESC }) {
           totalCount nodes { id merchant spentOn amount { amount currencyCode } viewerCan { approve { allowed } }
           member { displayName department { name } } } } }",
    ),
    (
        "expense_comments",
        "{ expenses(first: 20) { nodes { merchant comments(first: 5) { totalCount nodes { text author { displayName } } } } } }",
    ),
    (
        "imports",
        "{ imports(first: 20) { nodes { id fileName status totalRows total { amount } member { displayName } } } }",
    ),
    (
        "invitations",
        "{ invitations(first: 20) { nodes { id email role expiresAt link department { name } invitedBy { displayName } } } }",
    ),
    (
        "members",
        "{ members(first: 20, filter: { role: { in: [MEMBER] } }) { totalCount nodes { id displayName email role status
           department { name } manager { displayName } } } }",
    ),
    (
        "spending_by_member",
        "{ spending(groupBy: [MEMBER]) { total { amount } rows { member { displayName } count total { amount } } } }",
    ),
    (
        "node",
        "query($id: ID!) { node(id: $id) { id ... on Expense { merchant budget { amount { amount } spent { amount } } } } }",
    ),
];

/// An organization on a server whose statements nothing else influences.
struct Books {
    server: Server,
    client: Client,
}

impl Books {
    async fn snapshot_query(&self, name: &str, document: &str, variables: Value) {
        let answer = self.client.run(document, variables).await;
        assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
        self.snapshot(name, &answer.request_id).await;
    }

    /// Runs a mutation; what its payload shows.
    async fn snapshot_mutation(&self, field: &str, input: Value, selection: &str) -> Value {
        let answer = self.client.mutate(field, input, selection).await;
        assert_eq!(answer.codes(), Vec::<String>::new(), "{}", answer.body);
        self.snapshot(&snake_case(field), &answer.request_id).await;
        answer.data(field)
    }

    async fn snapshot(&self, name: &str, request_id: &str) {
        let run = self.server.statements(request_id).await;
        let run: Vec<_> = run.iter().map(|sql| readable(sql)).collect();
        insta::assert_snapshot!(name, run.join("\n\n"));
    }

    /// Creates, changes and deletes a row of a noun, with these fields for a new one and for a change.
    async fn snapshot_life(&self, noun: &str, new: Value, mut change: Value) {
        let mut ty = noun.to_owned();
        ty[..1].make_ascii_uppercase();
        let selection = format!("{noun} {{ id version }}");
        let create = format!("create{ty}");
        let created = self.snapshot_mutation(&create, new, &selection).await;
        change["id"] = created[noun]["id"].clone();
        change["version"] = created[noun]["version"].clone();
        let update = format!("update{ty}");
        let updated = self.snapshot_mutation(&update, change, &selection).await;
        let row = &updated[noun];
        let seen = json!({ "id": row["id"], "version": row["version"] });
        self.snapshot_mutation(&format!("delete{ty}"), seen, "deletedId")
            .await;
    }
}

/// The statement with each of its clauses on a line.
fn readable(sql: &str) -> String {
    const CLAUSES: [&str; 9] = [
        "FROM",
        "LEFT JOIN",
        "WHERE",
        "GROUP BY",
        "ORDER BY",
        "LIMIT",
        "VALUES",
        "SET",
        "RETURNING",
    ];
    CLAUSES.iter().fold(sql.to_owned(), |sql, clause| {
        sql.replace(&format!(" {clause} "), &format!("\n{clause} "))
    })
}

async fn books() -> Books {
    let org = filled(2).await;
    let server = start().await;
    Books {
        client: org.owner.at(&server.url),
        server,
    }
}

#[tokio::test]
async fn queries() {
    let books = books().await;
    let document = "{ expenses(first: 1) { nodes { id } } }";
    let expense = books.client.run(document, json!({})).await;
    let variables = json!({ "id": expense.data("expenses.nodes.0.id") });
    for (name, document) in QUERIES {
        books
            .snapshot_query(name, document, variables.clone())
            .await;
    }
    books.server.stop().await;
}

#[tokio::test]
async fn mutations() {
    let books = books().await;
    let document = "{ departments(first: 1) { nodes { id } } accounts(first: 1) { nodes { id } }
        budgets(first: 1) { nodes { id } } members(first: 1) { nodes { id version } }
        organization { version } }";
    let answer = books.client.run(document, json!({})).await;
    let id = |list: &str| answer.data(&format!("{list}.nodes.0.id"));

    let new = json!({ "name": "Petty cash", "openingBalance": money("3") });
    books
        .snapshot_life("account", new, json!({ "name": "Cash" }))
        .await;
    let new = json!({
        "departmentId": id("departments"), "accountId": id("accounts"), "year": 2099, "month": 1, "amount": money("3"),
    });
    books
        .snapshot_life("budget", new, json!({ "amount": money("4") }))
        .await;
    let new = json!({ "name": "Training" });
    books
        .snapshot_life("category", new, json!({ "name": "Learning" }))
        .await;
    let new = json!({ "name": "Lab" });
    books
        .snapshot_life("department", new, json!({ "parentId": id("departments") }))
        .await;
    let mut new = expense("Rail", "3");
    new["budgetId"] = id("budgets");
    books
        .snapshot_life("expense", new, json!({ "merchant": "Bus" }))
        .await;

    let made = books
        .client
        .must("createExpense", expense("Ferry", "3"), "expense { id }");
    let ferry = made.await["expense"]["id"].clone();
    let input = json!({ "expenseId": ferry, "text": "Late" });
    let comment = "comment { id version }";
    let added = books
        .snapshot_mutation("addExpenseComment", input, comment)
        .await;
    let input = json!({ "id": added["comment"]["id"], "version": 1, "text": "In time" });
    books
        .snapshot_mutation("updateExpenseComment", input, comment)
        .await;
    let input = json!({ "id": added["comment"]["id"], "version": 2 });
    books
        .snapshot_mutation("deleteExpenseComment", input, "deletedId")
        .await;
    let input = json!({ "id": ferry, "version": 1 });
    books
        .snapshot_mutation("submitExpense", input, "expense { status }")
        .await;
    let member = answer.data("members.nodes.0");
    let input = json!({ "id": member["id"], "version": member["version"], "displayName": "Maya" });
    books
        .snapshot_mutation("updateMember", input, "member { displayName }")
        .await;
    let input = json!({ "email": "guest@example.org", "role": "MEMBER" });
    let invited = books
        .snapshot_mutation("inviteMember", input, "invitation { id version }")
        .await;
    let invitation = &invited["invitation"];
    let input = json!({ "id": invitation["id"], "version": invitation["version"] });
    books
        .snapshot_mutation("revokeInvitation", input, "invitation { status }")
        .await;
    let input = json!({ "version": answer.data("organization.version"), "fiscalYearStart": 4 });
    books
        .snapshot_mutation("updateOrganization", input, "organization { name }")
        .await;
    books.server.stop().await;
}
