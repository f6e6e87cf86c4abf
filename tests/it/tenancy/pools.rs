//! The smallest pools that can work: a task that waited for a second connection while it holds one would wait for
//! itself.

use std::time::Duration;

use futures::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use outlay_tests::{Answer, Client, Org, PASSWORD, Server, expense, new_database, unique};
use serde_json::{Value, json};

const SMALLEST: [&str; 6] = [
    "--connections",
    "1",
    "--control-connections",
    "1",
    "--address-rate",
    "0",
];

/// Less than a request waits for a connection before it is given up (10 s), so that one that waits for itself shows.
const BOUND: Duration = Duration::from_secs(9);

const SESSION: &str = "session { accessToken refreshToken }";

/// Reads the shared schema and the tenant's in one operation, in each order and at several depths.
const MIXED: &str = "{
    expenses(first: 3) { totalCount nodes { merchant member { displayName } category { name } } }
    viewer { member { displayName department { name } } organization { slug settings { overBudget } }
             user { email organizations(first: 5) { totalCount nodes { slug settings { overBudget } } } } }
    organization { slug settings { overBudget } }
    eventCursor
}";

async fn sign_in(org: &Org) -> Value {
    let input = json!({ "email": org.owner_email, "password": PASSWORD, "organization": org.slug });
    let client = org.owner.anonymous();
    client.must("signIn", input, SESSION).await["session"].clone()
}

/// Changes the organization, so that the directory has to read it again.
async fn rename(org: &Org) {
    let found = org
        .owner
        .run("{ organization { version } }", json!({}))
        .await;
    let input = json!({ "version": found.data("organization.version"), "name": unique("name") });
    org.owner
        .must("updateOrganization", input, "organization { id }")
        .await;
}

async fn all_within_bound(requests: Vec<BoxFuture<'_, Answer>>) {
    let answers = tokio::time::timeout(BOUND, join_all(requests)).await;
    let answers = answers.unwrap_or_else(|_| panic!("not all are answered within {BOUND:?}"));
    for answer in answers {
        assert!(
            answer.errors().is_empty() && answer.codes().is_empty(),
            "{}",
            answer.body
        );
    }
}

async fn organizations(server: &Server, count: usize) -> Vec<Org> {
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(Org::at(&server.client(), "EUR").await);
    }
    made
}

#[tokio::test]
async fn many_sessions_are_refreshed_at_once_after_a_change_of_their_organizations() {
    let server = Server::start(&new_database().await, &SMALLEST).await;
    let organizations = organizations(&server, 3).await;
    let mut sessions = Vec::new();
    for org in &organizations {
        for _ in 0..10 {
            sessions.push(sign_in(org).await);
        }
    }
    join_all(organizations.iter().map(rename)).await;
    let anonymous = server.client();
    let refreshed = sessions.iter().map(|session| {
        let input = json!({ "refreshToken": session["refreshToken"] });
        async { anonymous.mutate("refreshSession", input, SESSION).await }.boxed()
    });
    all_within_bound(refreshed.collect()).await;
    let ready = server.client().request(reqwest::Method::GET, "/readyz");
    assert_eq!(ready.send().await.expect("an answer").status(), 200);
}

/// An invitation's token.
async fn invite(org: &Org) -> String {
    let input = json!({ "email": format!("{}@pools.example", unique("m")), "role": "MEMBER" });
    let invited = org
        .owner
        .must("inviteMember", input, "invitation { link }")
        .await;
    let link = invited["invitation"]["link"].as_str().expect("a link");
    link.rsplit('/').next().expect("a token").to_owned()
}

/// One subscription's first event.
async fn first_event(client: &Client) -> Answer {
    let document =
        "subscription { expenseChanged { cursor expense { merchant member { displayName } } } }";
    let mut events = client.listen(document, json!({})).await;
    let told = events.told("expenseChanged").await;
    Answer {
        status: 200,
        request_id: String::new(),
        body: json!({ "data": { "expenseChanged": told } }),
    }
}

/// Everything that takes connections in a way of its own, in one organization.
async fn everything(org: &Org) -> Vec<BoxFuture<'_, Answer>> {
    let owner = &org.owner;
    let leaving = org.member("MEMBER").await;
    let (token, again) = (invite(org).await, sign_in(org).await);
    rename(org).await;
    let mutate = |client: Client, field: &'static str, input: Value, selection: &'static str| {
        async move { client.mutate(field, input, selection).await }.boxed()
    };
    let name = unique("pools");
    let import = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) {
        import { status importedRows } errors { code } } }";
    let file = b"Date,Amount,Who\n2026-01-05,10.00,Rail\n2026-01-06,2.50,Rail\n".to_vec();
    let mapping = json!({ "spentOn": "Date", "amount": "Amount", "merchant": "Who" });
    let input = json!({ "file": null, "currencyCode": "EUR", "mapping": mapping });
    let two = "mutation($input: CreateExpenseInput!, $refresh: RefreshSessionInput!) {
        createExpense(input: $input) { expense { merchant member { displayName } } errors { code } }
        refreshSession(input: $refresh) { session { accessToken } errors { code } } }";
    let pair = json!({ "input": expense("Tram", "2"), "refresh": { "refreshToken": again["refreshToken"] } });
    let mut requests = vec![
        mutate(
            owner.anonymous(),
            "signIn",
            json!({ "email": org.owner_email, "password": PASSWORD }),
            "user { organizations(first: 5) { totalCount nodes { slug } } } session { accessToken }",
        ),
        mutate(
            owner.clone(),
            "signIn",
            json!({ "email": org.owner_email, "password": PASSWORD }),
            "user { organizations(first: 5) { totalCount nodes { settings { overBudget } } } }",
        ),
        mutate(
            owner.anonymous(),
            "signUp",
            json!({ "email": format!("{name}@pools.example"), "password": PASSWORD, "displayName": "Nora" }),
            "user { organizations(first: 5) { totalCount } } session { accessToken }",
        ),
        mutate(
            owner.clone(),
            "createOrganization",
            json!({ "name": "Second", "slug": name, "baseCurrency": "EUR" }),
            "organization { slug settings { overBudget } } session { accessToken }",
        ),
        mutate(
            owner.anonymous(),
            "acceptInvitation",
            json!({ "token": token, "displayName": "Nora", "password": PASSWORD }),
            "member { displayName department { name } } session { accessToken }",
        ),
        mutate(leaving, "leaveOrganization", json!({}), "leftId"),
        mutate(
            owner.clone(),
            "switchOrganization",
            json!({ "organization": org.slug }),
            "session { accessToken }",
        ),
        async move {
            let variables = json!({ "input": input });
            owner.upload(import, variables, "a.csv", file).await
        }
        .boxed(),
        async move { owner.run(two, pair).await }.boxed(),
        first_event(owner).boxed(),
        mutate(
            owner.clone(),
            "createExpense",
            expense("Rail", "5"),
            "expense { merchant member { displayName manager { displayName } } viewerCan { submit { allowed } } }",
        ),
    ];
    for _ in 0..5 {
        requests.push(owner.run(MIXED, json!({})).boxed());
    }
    let id = &org.id;
    requests.push(
        async move {
            let document = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Organization { settings { overBudget } } } viewer { member { displayName } } }";
            owner.run(document, json!({ "ids": [id] })).await
        }
        .boxed(),
    );
    requests
}

#[tokio::test]
async fn everything_at_once_is_answered_on_one_connection_of_each_kind() {
    let server = Server::start(&new_database().await, &SMALLEST).await;
    let organizations = organizations(&server, 3).await;
    let mut requests = Vec::new();
    for org in &organizations {
        requests.extend(everything(org).await);
    }
    // What comes last for each subscription: an event after it has begun, whenever that is.
    let over = tokio::sync::watch::Sender::new(false);
    let writing = async {
        while !*over.borrow() {
            for org in &organizations {
                let made =
                    org.owner
                        .mutate("createExpense", expense("Kiosk", "1"), "expense { id }");
                assert!(made.await.errors().is_empty());
            }
        }
    };
    let answering = async {
        all_within_bound(requests).await;
        over.send_replace(true);
    };
    futures::join!(writing, answering);
}

#[tokio::test]
async fn a_server_whose_connections_are_all_in_use_is_ready() {
    let url = new_database().await;
    let server = Server::start(&url, &SMALLEST).await;
    let org = Org::at(&server.client(), "EUR").await;
    // The one control connection waits for this lock.
    let mut connection = outlay_tests::connect(&url).await;
    let lock = format!(
        "BEGIN; SELECT FROM outlay.organization WHERE slug = '{}' FOR UPDATE",
        org.slug
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock))
        .execute(&mut connection)
        .await
        .expect("a lock");
    let waiting = rename(&org);
    let probing = async {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        outlay_tests::within(Duration::from_secs(30), "a wait for the lock", async || {
            let mut other = outlay_tests::connect(&url).await;
            let waiting: i64 = sqlx::query_scalar(sql)
                .fetch_one(&mut other)
                .await
                .expect("a count");
            waiting > 0
        })
        .await;
        for _ in 0..3 {
            let ready = server.client().request(reqwest::Method::GET, "/readyz");
            assert_eq!(ready.send().await.expect("an answer").status(), 200);
        }
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut connection)
            .await
            .expect("it ends");
    };
    futures::join!(waiting, probing);
}
