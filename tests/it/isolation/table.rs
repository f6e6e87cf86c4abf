//! Every operation of the schema, tried as everybody who may not do it.

use std::{collections::BTreeSet, time::Duration};

use outlay_tests::{Answer, Client, Org, expense, server, unique};
use serde_json::{Value, json};

use super::operations::{Operation, Who, operations};

/// How long a subscription is listened to that may tell nothing.
const SILENCE: Duration = Duration::from_millis(300);

const ROLES: [&str; 6] = ["OWNER", "ADMIN", "FINANCE", "APPROVER", "MEMBER", "VIEWER"];

/// An organization with one of everything, each named so that it is known again wherever it turns up.
pub struct World {
    pub org: Org,
    pub id: String,
    pub email: String,
    pub member: String,
    pub invitation: String,
    pub department: String,
    pub category: String,
    pub account: String,
    pub budget: String,
    pub expense: String,
    pub comment: String,
    pub import: String,
    /// Stands in the name of everything.
    pub secret: String,
    /// The cursor of events before anything of it was there.
    pub beginning: Value,
}

impl World {
    async fn new() -> Self {
        let org = Org::new().await;
        let beginning = org
            .owner
            .run("{ eventCursor }", json!({}))
            .await
            .data("eventCursor");
        let secret = unique("secret");
        let name = |noun: &str| format!("{secret} {noun}");
        let department = org.department(&name("department")).await;
        let category = org.category(&name("category")).await;
        let account = org.account(&name("account"), "100").await;
        let budget = org.budget(&department, &account, "5").await;
        let email = format!("mary@{secret}.example");
        let mary = join(&org, &email, "MEMBER").await;
        let mut input = expense(&name("merchant"), "5");
        input["departmentId"] = json!(department);
        input["budgetId"] = json!(budget);
        let made = mary
            .must("createExpense", input, "expense { id member { id } }")
            .await;
        let submit = json!({ "id": made["expense"]["id"], "version": 1 });
        mary.must("submitExpense", submit, "expense { id }").await;
        let input = json!({ "expenseId": made["expense"]["id"], "text": name("comment") });
        let commented = mary
            .must("addExpenseComment", input, "comment { id }")
            .await;
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        let input = json!({ "email": format!("guest@{secret}.example"), "role": "MEMBER" });
        let invited = org
            .owner
            .must("inviteMember", input, "invitation { id }")
            .await;
        let imported = import(&org.owner, &name("file"), &secret).await;
        Self {
            id: org.id.clone(),
            member: text(&made["expense"]["member"]["id"]),
            expense: text(&made["expense"]["id"]),
            comment: text(&commented["comment"]["id"]),
            invitation: text(&invited["invitation"]["id"]),
            import: text(&imported.data("importExpenses.import.id")),
            org,
            email,
            department,
            category,
            account,
            budget,
            secret,
            beginning,
        }
    }

    /// Each of its things that has a global id, by the type in the schema.
    fn things(&self) -> [(&'static str, &str); 10] {
        [
            ("Organization", &self.id),
            ("Member", &self.member),
            ("Invitation", &self.invitation),
            ("Department", &self.department),
            ("Category", &self.category),
            ("Account", &self.account),
            ("Budget", &self.budget),
            ("Expense", &self.expense),
            ("ExpenseComment", &self.comment),
            ("Import", &self.import),
        ]
    }

    async fn try_as(&self, client: &Client, operation: &Operation) -> Answer {
        if operation.field == "importExpenses" {
            return import(client, "try.csv", &unique("try")).await;
        }
        let variables = (operation.variables)(self);
        if operation.document.starts_with("subscription") {
            return first(client, &operation.document, variables).await;
        }
        client.run(&operation.document, variables).await
    }
}

/// The first that a subscription tells, or that it tells nothing of what has happened.
async fn first(client: &Client, document: &str, variables: Value) -> Answer {
    let mut events = client.listen(document, variables).await;
    let told = events.within(SILENCE).await;
    Answer {
        status: 200,
        request_id: String::new(),
        body: told.map_or_else(|| json!({ "data": null }), |event| event.data),
    }
}

async fn join(org: &Org, email: &str, role: &str) -> Client {
    let input = json!({ "email": email, "role": role });
    let invited = org
        .owner
        .must("inviteMember", input, "invitation { link }")
        .await;
    let link = invited["invitation"]["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    let token = link.rsplit('/').next().expect("a token");
    let input = json!({ "token": token, "displayName": email, "password": outlay_tests::PASSWORD });
    let joined = org
        .owner
        .anonymous()
        .must("acceptInvitation", input, "session { accessToken }")
        .await;
    org.owner
        .with_token(joined["session"]["accessToken"].as_str().expect("a token"))
}

async fn import(client: &Client, file_name: &str, merchant: &str) -> Answer {
    let document = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) \
        { import { id fileName } errors { code field message } } }";
    let input = json!({
        "file": null, "mapping": { "spentOn": "Date", "amount": "Amount", "merchant": "Who" },
        "currencyCode": "EUR",
    });
    let file = format!("Date,Amount,Who\n2026-01-01,1.00,{merchant}\n").into_bytes();
    client
        .upload(document, json!({ "input": input }), file_name, file)
        .await
}

#[tokio::test]
async fn the_table_has_every_operation_of_the_schema() {
    let document = "{ __schema { queryType { fields { name } } mutationType { fields { name } } \
        subscriptionType { fields { name } } } }";
    let answer = server().await.client().run(document, json!({})).await;
    let roots = answer.data("__schema");
    let mut schema = BTreeSet::new();
    for root in ["queryType", "mutationType", "subscriptionType"] {
        for field in roots[root]["fields"].as_array().into_iter().flatten() {
            schema.insert(field["name"].as_str().expect("a name").to_owned());
        }
    }
    let table: BTreeSet<_> = operations()
        .iter()
        .map(|operation| operation.field.to_owned())
        .collect();
    assert_eq!(schema, table);
}

#[tokio::test]
async fn the_world_has_a_thing_of_every_noun_and_an_operation_names_it() {
    let world = World::new().await;
    let document = "{ __type(name: \"Node\") { possibleTypes { name } } }";
    let answer = world.org.owner.run(document, json!({})).await;
    let nouns = answer.data("__type.possibleTypes");
    let nouns = nouns.as_array().into_iter().flatten();
    let nouns: BTreeSet<_> = nouns.filter_map(|noun| noun["name"].as_str()).collect();
    let things = world.things();
    assert_eq!(nouns, things.iter().map(|(noun, _)| *noun).collect());
    let named: Vec<_> = operations()
        .iter()
        .map(|operation| (operation.variables)(&world).to_string())
        .collect();
    for (noun, id) in things {
        assert!(
            named.iter().any(|variables| variables.contains(id)),
            "{noun}"
        );
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_answered_but_what_is_for_anybody() {
    let world = World::new().await;
    let nobody = world.org.owner.anonymous();
    for operation in operations() {
        let answer = world.try_as(&nobody, &operation).await;
        assert_hides(&world, &operation, &answer);
        if operation.who != Who::Anybody {
            assert_eq!(
                answer.errors(),
                ["UNAUTHENTICATED"],
                "{}: {}",
                operation.field,
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn an_owner_of_another_organization_learns_and_changes_nothing() {
    let world = World::new().await;
    let before = state(&world).await;
    let stranger = Org::new().await.owner;
    for operation in operations() {
        let answer = world.try_as(&stranger, &operation).await;
        assert_hides(&world, &operation, &answer);
        assert!(
            !answer.codes().iter().any(|code| code == "INTERNAL"),
            "{}: {}",
            operation.field,
            answer.body
        );
        // What names a thing of another organization finds none: not even that its version is another.
        let variables = (operation.variables)(&world).to_string();
        if names_a_thing(&variables, &world) {
            let codes = answer.codes();
            let empty = codes.is_empty() && all_null(&answer.body["data"]);
            assert!(
                empty || codes == ["NOT_FOUND"],
                "{}: {}",
                operation.field,
                answer.body
            );
        }
    }
    assert_eq!(state(&world).await, before);
}

#[tokio::test]
async fn a_token_of_one_organization_with_the_name_of_another_is_refused() {
    let world = World::new().await;
    let stranger = Org::new().await;
    let by_header = stranger
        .owner
        .with_header("x-organization", &world.org.slug);
    let by_host = stranger
        .owner
        .with_header("host", &format!("{}.localhost", world.org.slug));
    for operation in operations() {
        for client in [&by_header, &by_host] {
            let answer = world.try_as(client, &operation).await;
            assert_hides(&world, &operation, &answer);
            assert_eq!(
                answer.errors(),
                ["TENANT_MISMATCH"],
                "{}: {}",
                operation.field,
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn each_role_does_what_it_may_and_nothing_else() {
    let world = World::new().await;
    for role in ROLES {
        let member = world.org.member(role).await;
        for operation in operations() {
            let answer = world.try_as(&member, &operation).await;
            let codes = answer.codes();
            let may = match operation.who {
                Who::Anybody | Who::SignedIn => true,
                Who::Roles(roles) => roles.contains(&role),
            };
            let refused = codes.iter().any(|code| code == "FORBIDDEN");
            let hidden = codes.iter().any(|code| code == "NOT_FOUND")
                || codes.is_empty() && all_null(&answer.body["data"]);
            if may {
                assert!(!refused, "{role} {}: {}", operation.field, answer.body);
            } else {
                assert!(
                    refused || hidden,
                    "{role} {}: {}",
                    operation.field,
                    answer.body
                );
            }
        }
    }
}

#[tokio::test]
async fn members_see_their_own_expenses_and_approvers_their_departments() {
    let world = World::new().await;
    let outsider = world.org.member("MEMBER").await;
    let approver = world
        .org
        .member_in("APPROVER", Some(&world.department))
        .await;
    let elsewhere = world.org.member("APPROVER").await;
    let document = "query($id: ID!) { node(id: $id) { id } expense(id: $id) { id } \
        expenses(first: 100) { totalCount total { amount } nodes { id } } spending(groupBy: []) { count } }";
    let variables = || json!({ "id": world.expense });
    for (client, sees) in [(&outsider, false), (&approver, true), (&elsewhere, false)] {
        let answer = client.run(document, variables()).await;
        assert_eq!(
            answer.data("expense.id") == json!(world.expense),
            sees,
            "{}",
            answer.body
        );
        assert_eq!(
            answer.data("node.id") == json!(world.expense),
            sees,
            "{}",
            answer.body
        );
        assert_eq!(
            answer.data("expenses.totalCount"),
            i32::from(sees),
            "{}",
            answer.body
        );
        assert_eq!(
            answer.data("expenses.total.amount"),
            if sees { "5.00" } else { "0.00" }
        );
        assert_eq!(
            answer.data("spending.count"),
            i32::from(sees),
            "{}",
            answer.body
        );
    }
}

/// The answer holds nothing that the world keeps to itself.
fn assert_hides(world: &World, operation: &Operation, answer: &Answer) {
    let body = answer.body.to_string();
    assert!(!body.contains(&world.secret), "{}: {body}", operation.field);
    assert!(
        !body.contains(&world.org.owner_email),
        "{}: {body}",
        operation.field
    );
}

fn names_a_thing(variables: &str, world: &World) -> bool {
    let things = world.things();
    things.into_iter().any(|(_, id)| variables.contains(id))
}

fn all_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(all_null),
        Value::Object(fields) => fields
            .iter()
            .all(|(key, value)| key == "errors" || all_null(value)),
        _ => false,
    }
}

/// Everything of the world that another could have changed.
async fn state(world: &World) -> Value {
    let document = "{ organization { name version } members(first: 100) { nodes { id role status version } } \
        invitations(first: 100) { nodes { id status version } } departments(first: 100) { nodes { id name version } } \
        categories(first: 100) { nodes { id name version } } accounts(first: 100) { nodes { id name version } } \
        budgets(first: 100) { nodes { id version amount { amount } } } imports(first: 100) { nodes { id } } \
        expenses(first: 10) { nodes { id version merchant status comments(first: 10) { nodes { id version text } } } } }";
    let answer = world.org.owner.run(document, json!({})).await;
    assert_eq!(answer.errors(), Vec::<String>::new(), "{}", answer.body);
    answer.body["data"].clone()
}
