//! Storms: many tenants at once over few connections, with requests killed midway. No answer ever holds a foreign
//! row, and nothing killed is half there.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use outlay_tests::{Client, Org, Server, cluster, expense, no_transactions, unique};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;

const TENANTS: usize = 12;
const REQUESTS: usize = 4_000;
const AT_ONCE: usize = 48;

/// What one client does.
#[derive(Debug, Clone)]
enum Action {
    List,
    Nested,
    Spending,
    Create,
    /// Fails in the database, inside its transaction.
    CreateBroken,
    /// Asks for another tenant's expense by its id.
    Foreign,
    /// Starts a request and goes away after so many microseconds.
    Killed(u64, bool),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => Just(Action::List),
        3 => Just(Action::Nested),
        2 => Just(Action::Spending),
        4 => Just(Action::Create),
        1 => Just(Action::CreateBroken),
        2 => Just(Action::Foreign),
        4 => (0_u64..12_000, any::<bool>()).prop_map(|(micros, write)| Action::Killed(micros, write)),
    ]
}

struct Tenant {
    client: Client,
    /// Begins the name of everything that the tenant has.
    mark: String,
    expense: String,
    department: String,
}

async fn tenant(client: &Client) -> Tenant {
    let org = Org::at(client, "EUR").await;
    let mark = unique("mark");
    let department = org.department(&format!("{mark} department")).await;
    let mut input = expense(&format!("{mark} first"), "1.00");
    input["departmentId"] = json!(department);
    let expense = org.make("createExpense", input, "expense").await;
    Tenant {
        client: org.owner,
        mark,
        expense,
        department,
    }
}

const LIST: &str = "{ expenses(first: 100) { totalCount nodes { merchant department { name } } } }";
const NESTED: &str = "{ departments(first: 100) { nodes { name } } members(first: 100) { totalCount } \
    expenses(first: 20) { total { amount } nodes { merchant member { email } department { name } } } }";
const SPENDING: &str =
    "{ spending(groupBy: [MERCHANT, DEPARTMENT]) { rows { merchant department { name } } } }";

async fn act(tenants: &[Tenant], index: usize, action: Action) {
    let own = &tenants[index];
    let other = &tenants[(index + 1) % tenants.len()];
    let mut input = expense(&format!("{} more", own.mark), "1.00");
    input["departmentId"] = json!(own.department);
    let answer = match action {
        Action::List => own.client.run(LIST, json!({})).await,
        Action::Nested => own.client.run(NESTED, json!({})).await,
        Action::Spending => own.client.run(SPENDING, json!({})).await,
        Action::Create => {
            own.client
                .mutate(
                    "createExpense",
                    input,
                    "expense { merchant department { name } }",
                )
                .await
        }
        Action::CreateBroken => {
            input["departmentId"] = json!(other.department);
            let answer = own
                .client
                .mutate("createExpense", input, "expense { id }")
                .await;
            assert_eq!(answer.codes(), ["NOT_FOUND"], "{}", answer.body);
            answer
        }
        Action::Foreign => {
            let document = "query($id: ID!) { node(id: $id) { id } expense(id: $id) { merchant } }";
            let answer = own
                .client
                .run(document, json!({ "id": other.expense }))
                .await;
            assert_eq!(
                answer.body["data"],
                json!({ "node": null, "expense": null }),
                "{}",
                answer.body
            );
            answer
        }
        Action::Killed(micros, write) => {
            let request = async {
                if write {
                    own.client
                        .mutate("createExpense", input, "expense { merchant }")
                        .await
                } else {
                    own.client.run(NESTED, json!({})).await
                }
            };
            match tokio::time::timeout(Duration::from_micros(micros), request).await {
                Ok(answer) => answer,
                Err(_) => return,
            }
        }
    };
    let body = answer.body.to_string();
    assert!(!body.contains("INTERNAL"), "{body}");
    for stranger in tenants.iter().filter(|tenant| tenant.mark != own.mark) {
        assert!(
            !body.contains(&stranger.mark),
            "{} saw {}: {body}",
            own.mark,
            stranger.mark
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_requests_over_few_connections_see_no_foreign_row() {
    let database = cluster().await.url("outlay", "outlay");
    let server = Server::start(&database, &["--connections", "3"]).await;
    let client = server.client();
    let mut tenants = Vec::new();
    for _ in 0..TENANTS {
        tenants.push(tenant(&client).await);
    }
    let tenants = Arc::new(tenants);
    let mut runner = TestRunner::default();
    let script = prop::collection::vec((0..TENANTS, action()), REQUESTS);
    let script = script.new_tree(&mut runner).expect("a script").current();
    let mut done = stream::iter(script)
        .map(|(index, action)| {
            let tenants = tenants.clone();
            tokio::spawn(async move { act(&tenants, index, action).await })
        })
        .buffer_unordered(AT_ONCE);
    while let Some(outcome) = done.next().await {
        outcome.expect("nothing foreign");
    }
    // What was killed is there whole or not at all: each expense has its audit event, and none has two.
    let mut seen = HashMap::new();
    for tenant in tenants.iter() {
        let answer = tenant
            .client
            .run("{ expenses(first: 1) { totalCount } }", json!({}))
            .await;
        seen.insert(tenant.mark.clone(), answer.data("expenses.totalCount"));
    }
    assert!(seen.values().all(|count| count.as_i64() >= Some(1)));
    no_transactions(
        &database,
        "state LIKE 'idle in%' AND state_change < now() - interval '500 milliseconds'",
    )
    .await;
    server.stop().await;
}
