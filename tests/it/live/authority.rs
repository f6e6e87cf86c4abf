//! A subscription ends within a second when its member may not have it any more, and nobody is told of others' things.

use std::time::{Duration, Instant};

use outlay_tests::{Client, Events, Org, execute, expense, second_server, server, unique};
use serde_json::{Value, json};

use super::{CHANGES, changes, cursor};

/// What the server promises, and half a second for a busy machine.
const PROMISE: Duration = Duration::from_millis(1_500);

async fn ends(events: &mut Events, since: Instant, code: &str) {
    assert_eq!(events.ended().await, [code]);
    assert!(since.elapsed() < PROMISE, "{:?}", since.elapsed());
}

async fn member_id(client: &Client) -> Value {
    let answer = client.run("{ viewer { member { id } } }", json!({})).await;
    answer.data("viewer.member.id")
}

/// Streams of the same client on both servers.
async fn everywhere(client: &Client) -> [Events; 2] {
    let there = client.at(&second_server().await.url);
    [changes(client).await, changes(&there).await]
}

#[tokio::test]
async fn another_role_or_department_ends_it_on_every_server() {
    let org = Org::new().await;
    let department = org.department("Sales").await;
    for (field, value) in [("role", "MEMBER"), ("departmentId", department.as_str())] {
        let member = org.member("FINANCE").await;
        let id = member_id(&member).await;
        let mut streams = everywhere(&member).await;
        let since = Instant::now();
        let input = json!({ "id": id, "version": 1, field: value });
        org.owner.must("updateMember", input, "member { id }").await;
        for events in &mut streams {
            ends(events, since, "FORBIDDEN").await;
        }
    }
}

#[tokio::test]
async fn deactivation_ends_it_on_every_server_and_not_that_of_others() {
    let org = Org::new().await;
    let member = org.member("FINANCE").await;
    let id = member_id(&member).await;
    let mut streams = everywhere(&member).await;
    let mut others = everywhere(&org.owner).await;
    let since = Instant::now();
    let input = json!({ "id": id, "version": 1 });
    org.owner
        .must("deactivateMember", input, "member { id }")
        .await;
    for events in &mut streams {
        ends(events, since, "UNAUTHENTICATED").await;
    }
    org.expense("Goes on", "1").await;
    for events in &mut others {
        assert_eq!(
            events.told("expenseChanged").await["expense"]["merchant"],
            "Goes on"
        );
    }
}

#[tokio::test]
async fn signing_out_ends_it_on_every_server() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let mut streams = everywhere(&member).await;
    let since = Instant::now();
    member
        .run("mutation { signOut { signedOut } }", json!({}))
        .await;
    for events in &mut streams {
        ends(events, since, "UNAUTHENTICATED").await;
    }
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_it() {
    let org = Org::new().await;
    let input = json!({ "email": org.owner_email, "password": outlay_tests::PASSWORD });
    let session = org
        .owner
        .anonymous()
        .must("signIn", input, "session { accessToken refreshToken }")
        .await["session"]
        .clone();
    let client = org
        .owner
        .with_token(session["accessToken"].as_str().expect("a token"));
    let mut streams = everywhere(&client).await;
    let input = json!({ "input": { "refreshToken": session["refreshToken"] } });
    let refresh = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { errors { code } } }";
    client.run(refresh, input.clone()).await;
    let since = Instant::now();
    client.run(refresh, input).await;
    for events in &mut streams {
        ends(events, since, "UNAUTHENTICATED").await;
    }
}

#[tokio::test]
async fn suspension_ends_it_on_every_server() {
    let org = Org::new().await;
    let mut streams = everywhere(&org.owner).await;
    let since = Instant::now();
    execute(&format!(
        "BEGIN; UPDATE outlay.organization SET status = 'SUSPENDED' WHERE slug = '{slug}';
         SELECT pg_notify('outlay_directory', 'organization ' || id) FROM outlay.organization WHERE slug = '{slug}'; COMMIT",
        slug = org.slug
    ))
    .await;
    for events in &mut streams {
        ends(events, since, "TENANT_SUSPENDED").await;
    }
}

#[tokio::test]
async fn nothing_of_another_organization_is_told_whatever_the_cursor() {
    let (org, stranger) = (Org::new().await, Org::new().await);
    let after = cursor(&org.owner).await;
    let secret = unique("secret");
    org.expense(&secret, "1").await;
    let mut events = stranger
        .owner
        .listen(CHANGES, json!({ "after": after }))
        .await;
    org.expense(&secret, "1").await;
    stranger.expense("Own", "1").await;
    let told = events.told("expenseChanged").await;
    assert_eq!(told["expense"]["merchant"], "Own");
}

#[tokio::test]
async fn nobody_subscribes_who_is_not_signed_in_or_names_another_organization() {
    let org = Org::new().await;
    let stranger = Org::new().await;
    let nobody = server().await.client();
    for (client, code) in [
        (&nobody, "UNAUTHENTICATED"),
        (&nobody.with_token("x.y.z"), "UNAUTHENTICATED"),
        (
            &stranger.owner.with_header("x-organization", &org.slug),
            "TENANT_MISMATCH",
        ),
    ] {
        let mut events = client.listen(CHANGES, json!({})).await;
        assert_eq!(events.ended().await, [code]);
    }
}

#[tokio::test]
async fn a_cursor_that_is_none_is_refused() {
    let org = Org::new().await;
    let beyond = "OTk5OTk5OTk5OTk5OTo5OTk5OTk5OTk5OTk5Og"; // 9999999999999:9999999999999:
    for after in ["x", "", beyond] {
        let mut events = org.owner.listen(CHANGES, json!({ "after": after })).await;
        assert_eq!(events.ended().await, ["INVALID"], "{after:?}");
    }
    let two = "subscription { expenseChanged { cursor } approvalWanted { cursor } }";
    for document in [two, "subscription { nothing { cursor } }"] {
        let mut events = org.owner.listen(document, json!({})).await;
        assert_eq!(events.ended().await, ["INVALID"], "{document}");
    }
    org.owner
        .must(
            "createExpense",
            expense("Still here", "1"),
            "expense { id }",
        )
        .await;
}
