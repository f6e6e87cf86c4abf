//! The protocol `graphql-transport-ws`, from its first message to each way it can end.

use std::time::{Duration, Instant};

use outlay_tests::{Org, Said, Server, cluster, connect, expense, new_database, server, soon};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor};

use super::{CHANGES, PROTOCOL, cursor};

#[tokio::test]
async fn queries_mutations_and_subscriptions_share_a_connection() {
    let org = Org::new().await;
    let after = cursor(&org.owner).await;
    let mut socket = org.owner.connect().await;
    socket
        .subscribe("changes", CHANGES, json!({ "after": after }))
        .await;
    socket
        .subscribe("query", "{ organization { slug } }", json!({}))
        .await;
    assert_eq!(
        socket.heard("next", "query").await["data"]["organization"]["slug"],
        org.slug
    );
    socket.heard("complete", "query").await;
    let create =
        "mutation($input: CreateExpenseInput!) { createExpense(input: $input) { expense { id } } }";
    socket
        .subscribe("create", create, json!({ "input": expense("Café", "1") }))
        .await;
    // The change may be told before the mutation has answered.
    let (mut told, mut answered) = (None, None);
    while told.is_none() || answered.is_none() {
        let Said::Message(message) = socket.next().await else {
            panic!("closed")
        };
        match (message["type"].as_str(), message["id"].as_str()) {
            (Some("next"), Some("changes")) => {
                told = Some(message["payload"]["data"]["expenseChanged"].clone());
            }
            (Some("next"), Some("create")) => {
                answered = Some(message["payload"]["data"]["createExpense"].clone());
            }
            (Some("complete"), Some("create")) => {}
            _ => panic!("{message}"),
        }
    }
    let (told, answered) = (told.expect("told"), answered.expect("answered"));
    assert_eq!(told["expenseId"], answered["expense"]["id"]);
    assert_eq!(told["expense"]["merchant"], "Café");
}

#[tokio::test]
async fn an_operation_that_the_client_completes_is_told_nothing_more_and_its_id_is_free() {
    let org = Org::new().await;
    let mut socket = org.owner.connect().await;
    let after = cursor(&org.owner).await;
    socket
        .subscribe("1", CHANGES, json!({ "after": after }))
        .await;
    org.expense("First", "1").await;
    socket.heard("next", "1").await;
    socket.send(r#"{"type":"complete","id":"1"}"#).await;
    socket.send(r#"{"type":"ping","payload":{"n":1}}"#).await;
    let pong = json!({ "type": "pong", "payload": { "n": 1 } });
    assert_eq!(socket.next().await, Said::Message(pong));
    org.expense("Second", "1").await;
    socket
        .subscribe("1", "{ organization { slug } }", json!({}))
        .await;
    assert_eq!(
        socket.heard("next", "1").await["data"]["organization"]["slug"],
        org.slug
    );
    socket.heard("complete", "1").await;
}

#[tokio::test]
async fn what_is_not_executed_ends_with_an_error_and_the_connection_goes_on() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let mut socket = member.connect().await;
    for (document, code) in [
        ("{ nothing }", "INVALID"),
        ("subscription { nothing }", "INVALID"),
        ("{", "INVALID"),
    ] {
        socket.subscribe("1", document, json!({})).await;
        let errors = socket.heard("error", "1").await;
        assert_eq!(errors[0]["extensions"]["code"], code, "{errors}");
    }
    socket
        .subscribe("1", "subscription { approvalWanted { cursor } }", json!({}))
        .await;
    let refused = socket.heard("next", "1").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    socket.heard("complete", "1").await;
    socket.send(r#"{"type":"pong"}"#).await;
    socket
        .subscribe("1", "{ viewer { member { role } } }", json!({}))
        .await;
    assert_eq!(
        socket.heard("next", "1").await["data"]["viewer"]["member"]["role"],
        "MEMBER"
    );
}

#[tokio::test]
async fn each_breach_of_the_protocol_closes_the_connection_with_its_code() {
    let org = Org::new().await;
    let token = org.owner.token.clone().expect("a token");
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("bearer {token}") } });
    let (init, query) = (
        init.to_string(),
        r#"{"type":"subscribe","id":"1","payload":{"query":"{ organization { slug } }"}}"#,
    );
    let subscribe = r#"{"type":"subscribe","id":"1","payload":{"query":"subscription { expenseChanged { cursor } }"}}"#;
    let wrong =
        json!({ "type": "connection_init", "payload": { "Authorization": "Bearer x.y.z" } })
            .to_string();
    let other = Org::new().await.slug;
    let mismatch = json!({ "type": "connection_init", "payload": {
        "Authorization": format!("Bearer {token}"), "X-Organization": other,
    } });
    let mismatch = mismatch.to_string();
    for (messages, code) in [
        (vec!["{"], 4400),
        (vec![r#"{"type":"nonsense"}"#], 4400),
        (vec![r#"{"type":"subscribe","id":1}"#], 4400),
        (
            vec![
                &init,
                r#"{"type":"subscribe","id":"1","payload":{"query":5}}"#,
            ],
            4400,
        ),
        (vec![query], 4401),
        (vec![r#"{"type":"connection_init"}"#], 4403),
        (vec![&wrong], 4403),
        (vec![&mismatch], 4403),
        (vec![&init, subscribe, subscribe], 4409),
        (vec![&init, &init], 4429),
    ] {
        let mut socket = org.owner.socket(PROTOCOL, &[]).await.expect("a connection");
        for message in &messages {
            socket.send(message).await;
        }
        let closed = loop {
            if let Said::Closed(code) = socket.next().await {
                break code;
            }
        };
        assert_eq!(closed, code, "{messages:?}");
    }
    for protocol in ["", "graphql-ws"] {
        // A client that is given no protocol may give up by itself.
        if let Ok(mut socket) = org.owner.socket(protocol, &[]).await {
            assert_eq!(socket.next().await, Said::Closed(4406));
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_connect() {
    let client = server().await.client();
    let host = client_host(&server().await.url);
    for (origin, expected) in [
        (format!("http://{host}"), None),
        ("https://evil.example".into(), Some(403)),
        ("null".into(), Some(403)),
    ] {
        let refused = client.socket(PROTOCOL, &[("origin", &origin)]).await.err();
        assert_eq!(refused, expected, "{origin}");
    }
}

fn client_host(url: &str) -> &str {
    url.trim_start_matches("http://")
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_operations_and_lets_no_new_ones_in() {
    let org = Org::new().await;
    let member = org.member("MEMBER").await;
    let mut socket = member.connect().await;
    let after = cursor(&member).await;
    socket
        .subscribe("1", CHANGES, json!({ "after": after }))
        .await;
    member
        .must("createExpense", expense("Café", "1"), "expense { id }")
        .await;
    socket.heard("next", "1").await;
    member
        .run("mutation { signOut { signedOut } }", json!({}))
        .await;
    let ended = socket.heard("next", "1").await;
    assert_eq!(ended["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    socket.heard("complete", "1").await;
    socket
        .subscribe("2", "{ organization { slug } }", json!({}))
        .await;
    let refused = socket.next().await;
    let Said::Message(refused) = refused else {
        panic!("{refused:?}")
    };
    assert!(refused.to_string().contains("UNAUTHENTICATED"), "{refused}");
}

#[tokio::test]
async fn there_is_room_for_so_many_and_again_when_one_has_left() {
    let database = new_database().await;
    let arguments = ["--max-live-connections", "2", "--max-subscriptions", "1"];
    let server = Server::start(&database, &arguments).await;
    let org = Org::at(&server.client(), "EUR").await;
    let (mut one, two) = (org.owner.connect().await, org.owner.connect().await);
    assert_eq!(org.owner.socket(PROTOCOL, &[]).await.err(), Some(503));
    drop(two);
    outlay_tests::soon("there is room", async || {
        org.owner.socket(PROTOCOL, &[]).await.is_ok()
    })
    .await;
    let after = cursor(&org.owner).await;
    one.subscribe("1", CHANGES, json!({ "after": after })).await;
    org.owner
        .must("createExpense", expense("Café", "1"), "expense { id }")
        .await;
    one.heard("next", "1").await;
    one.subscribe("2", CHANGES, json!({})).await;
    let refused = one.heard("error", "2").await;
    assert_eq!(refused[0]["extensions"]["code"], "LIMIT_EXCEEDED");
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_does_not_wait_for_listeners() {
    let database = new_database().await;
    let server = Server::start(&database, &[]).await;
    let org = Org::at(&server.client(), "EUR").await;
    let mut socket = org.owner.connect().await;
    let after = cursor(&org.owner).await;
    let mut events = org.owner.listen(CHANGES, json!({ "after": after })).await;
    socket
        .subscribe("1", CHANGES, json!({ "after": after }))
        .await;
    org.owner
        .must("createExpense", expense("Café", "1"), "expense { id }")
        .await;
    socket.heard("next", "1").await;
    events.told("expenseChanged").await;
    let start = Instant::now();
    let pid = server.program_pid().expect("it runs").to_string();
    let asked = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(asked.expect("kill runs").success());
    assert_eq!(socket.next().await, Said::Closed(1001));
    assert_eq!(events.next().await, None);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_cannot_find_out_who_comes_does_not_say_that_they_may_not() {
    let database = new_database().await;
    let server = Server::start(&database, &[]).await;
    let owner = Org::at(&server.client(), "EUR").await.owner;
    let mut inside = connect(&database).await;
    let name = sqlx::query_scalar("SELECT current_database()");
    let name: String = name.fetch_one(&mut inside).await.expect("a name");
    let mut elsewhere = connect(&cluster().await.url("outlay", "postgres")).await;
    let cut = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    elsewhere
        .execute(AssertSqlSafe(cut))
        .await
        .expect("it is cut off");
    let token = owner.token.clone().expect("a token");
    let come = async || {
        let mut socket = owner.socket(PROTOCOL, &[]).await.expect("a connection");
        socket
            .init(json!({ "Authorization": format!("Bearer {token}") }))
            .await;
        socket.next().await
    };
    // What was in its memory is true until it learns that it is told nothing any more.
    soon("it forgets who comes", async || {
        come().await == Said::Closed(1013)
    })
    .await;
    let back = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    elsewhere
        .execute(AssertSqlSafe(back))
        .await
        .expect("it is back");
    let welcome = Said::Message(json!({ "type": "connection_ack" }));
    soon("it finds out again", async || come().await == welcome).await;
}
