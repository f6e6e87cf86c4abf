//! Clients that ask and do not read: their connections are closed, and those of slow clients are not.

use std::time::{Duration, Instant};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures::future::join_all;
use outlay_tests::{Org, Server, database_url, expense, numbered, server, within};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// How long a write may make no progress in these tests, in seconds.
const TIMEOUT: u64 = 1;
const PATIENCE: Duration = Duration::from_secs(20);

/// A query whose response has more than 6 MB, which no socket buffers: descriptions of 8,000 bytes, 800 times.
fn large() -> String {
    let aliases = numbered(8, |index| format!("a{index}: description "));
    format!("{{ expenses(first: 100) {{ nodes {{ {aliases} }} }} }}")
}

/// An organization of a hundred expenses with the longest descriptions.
async fn wordy() -> Org {
    let org = Org::at(&server().await.client(), "EUR").await;
    let entered = (0..100).map(async |index| {
        let mut input = expense(&format!("M{index}"), "1.00");
        input["description"] = "𝄞".repeat(2_000).into();
        org.owner
            .must("createExpense", input, "expense { id }")
            .await
    });
    join_all(entered).await;
    org
}

/// A connection with a small buffer on this side.
async fn connect(server: &Server) -> TcpStream {
    let address = server.url.trim_start_matches("http://");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let address = address.parse().expect("an address");
    socket.connect(address).await.expect("a connection")
}

/// Whether the server still has the other end of this connection.
fn is_open(connection: &TcpStream) -> bool {
    let hexadecimal = |port: u16| format!(":{port:04X}");
    let here = hexadecimal(connection.local_addr().expect("an address").port());
    let there = hexadecimal(connection.peer_addr().expect("an address").port());
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the connections");
    table.lines().skip(1).any(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        // Local address, remote address, and 01 for an established connection.
        fields[1].ends_with(&there) && fields[2].ends_with(&here) && fields[3] == "01"
    })
}

fn post(org: &Org, accept: &str) -> String {
    let body = json!({ "query": large() }).to_string();
    let token = org.owner.token.clone().expect("a token");
    format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nAccept: {accept}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The request for an asset of the playground, as often as no socket buffers the responses.
async fn assets(server: &Server) -> String {
    let page = server.client().request(reqwest::Method::GET, "/graphql");
    let page = page.header("accept", "text/html").send().await;
    let page = page.expect("a page").text().await.expect("a page");
    let (_, rest) = page.split_once("src=\"").expect("a script");
    let path = rest.split('"').next().expect("a path");
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(20)
}

/// A text message of a WebSocket client, masked with zeros.
fn frame(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    let length = u16::try_from(text.len()).expect("a short message");
    let mut frame = vec![0x81, 0xfe];
    frame.extend(length.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

/// What a client sends that opens a WebSocket and asks for something large.
fn socket(org: &Org) -> Vec<u8> {
    let key = BASE64_STANDARD.encode([0; 16]);
    let head = format!(
        "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\
         Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
    );
    let token = org.owner.token.clone().expect("a token");
    let payload = json!({ "Authorization": format!("Bearer {token}"), "padding": "x".repeat(200) });
    let init = frame(&json!({ "type": "connection_init", "payload": payload }));
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": large() } });
    [head.into_bytes(), init, frame(&subscribe)].concat()
}

async fn impatient() -> (Server, Org) {
    let org = wordy().await;
    let timeout = TIMEOUT.to_string();
    let arguments = ["--write-timeout", &timeout];
    let server = Server::start(&database_url().await, &arguments).await;
    (server, org)
}

#[tokio::test]
async fn who_reads_nothing_is_dropped() {
    let (server, org) = impatient().await;
    for (name, request) in [
        ("POST", post(&org, "application/json").into_bytes()),
        ("events", post(&org, "text/event-stream").into_bytes()),
        ("assets", assets(&server).await.into_bytes()),
        ("WebSocket", socket(&org)),
    ] {
        let mut connection = connect(&server).await;
        connection.write_all(&request).await.expect("sent");
        // The first byte shows that the response has begun.
        connection.read_u8().await.expect("a byte");
        assert!(is_open(&connection), "{name}");
        let start = Instant::now();
        within(PATIENCE, name, async || !is_open(&connection)).await;
        assert!(start.elapsed() >= Duration::from_millis(500), "{name}");
    }
}

#[tokio::test]
async fn an_organization_whose_responses_wait_gets_no_more_large_ones_and_others_do() {
    let (one, other) = (wordy().await, wordy().await);
    // A quarter is room for two of the large responses.
    let arguments = ["--max-unsent-bytes", "60000000"];
    let server = Server::start(&database_url().await, &arguments).await;
    let (owner, stranger) = (one.owner.at(&server.url), other.owner.at(&server.url));
    let mut waiting = Vec::new();
    for request in [post(&one, "application/json").into_bytes(), socket(&one)] {
        let mut connection = connect(&server).await;
        connection.write_all(&request).await.expect("sent");
        connection.read_u8().await.expect("a byte");
        waiting.push(connection);
    }
    let large = large();
    // The WebSocket's response may come later than the first byte of its handshake.
    within(PATIENCE, "both wait", async || {
        owner.run(&large, json!({})).await.errors() == ["RATE_LIMITED"]
    })
    .await;
    let small = owner.run("{ organization { slug } }", json!({})).await;
    assert!(small.errors().is_empty(), "{}", small.body);
    let theirs = stranger.run(&large, json!({})).await;
    assert!(theirs.errors().is_empty(), "{:?}", theirs.errors());
    // What is given up is counted no more.
    drop(waiting);
    within(PATIENCE, "there is room", async || {
        owner.run(&large, json!({})).await.errors().is_empty()
    })
    .await;
}

#[tokio::test]
async fn who_reads_slowly_is_served() {
    let (server, org) = impatient().await;
    let mut connection = connect(&server).await;
    let request = post(&org, "application/json").replace(
        "Host: localhost\r\n",
        "Host: localhost\r\nConnection: close\r\n",
    );
    connection
        .write_all(request.as_bytes())
        .await
        .expect("sent");
    let (start, mut read) = (Instant::now(), Vec::new());
    // A tenth at a time, and never as long as the timeout without a byte.
    let mut chunk = vec![0; 640_000];
    loop {
        let mut count = 0;
        while count < chunk.len() {
            let some = connection
                .read(&mut chunk[count..])
                .await
                .expect("it goes on");
            if some == 0 {
                break;
            }
            count += some;
        }
        read.extend(&chunk[..count]);
        if count < chunk.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(start.elapsed() > Duration::from_secs(2 * TIMEOUT));
    let text = String::from_utf8(read).expect("text");
    assert!(text.starts_with("HTTP/1.1 200 "), "{text:.100}");
    assert!(text.trim_end().ends_with('}'), "{} bytes", text.len());
}

#[tokio::test]
async fn there_are_so_many_connections_and_the_next_waits() {
    let arguments = ["--max-connections", "2"];
    let server = Server::start(&database_url().await, &arguments).await;
    let (first, _second) = (connect(&server).await, connect(&server).await);
    let ask = async {
        let mut third = connect(&server).await;
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        third.write_all(request.as_bytes()).await.expect("sent");
        let mut response = String::new();
        third.read_to_string(&mut response).await.expect("text");
        response
    };
    tokio::pin!(ask);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut ask).await;
    assert!(early.is_err(), "it did not wait: {early:?}");
    drop(first);
    let response = tokio::time::timeout(PATIENCE, ask)
        .await
        .expect("there is room");
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
}

/// The most memory that the dearest operations may take together, beside what the server had.
const MEMORY: u64 = 256 << 20;

#[tokio::test]
async fn the_dearest_operations_take_a_bounded_amount_of_memory() {
    let org = wordy().await;
    let arguments = ["--connections", "4"];
    let server = Server::start(&database_url().await, &arguments).await;
    let owner = org.owner.at(&server.url);
    let before = server.peak_memory();
    let columns = "id version status merchant description spentOn amount { amount currencyCode } \
                   baseAmount { amount currencyCode } member { id displayName email }";
    // As many values as the limit allows, and the largest value as often as the limits allow.
    let pages = numbered(7, |index| {
        format!("r{index}: expenses(first: 100) {{ nodes {{ {columns} }} }} ")
    });
    let descriptions = numbered(48, |index| format!("d{index}: description "));
    let large = format!(
        "{{ expenses(first: 100) {{ nodes {{ {descriptions} }} edges {{ node {{ description }} }} }} }}"
    );
    for document in [format!("{{ {pages} }}"), large] {
        let request = json!({ "query": document, "extensions": { "cost": true } });
        let asked = (0..8).map(async |_| {
            let request = owner
                .request(reqwest::Method::POST, "/graphql")
                .json(&request);
            let response = request.send().await.expect("a response");
            response.text().await.expect("text")
        });
        for text in join_all(asked).await {
            let answer: Value = serde_json::from_str(&text).expect("JSON");
            let limit = answer.pointer("/errors/0/extensions/limit");
            assert!(text.len() < 9 << 20, "{} bytes", text.len());
            assert!(
                limit.is_none_or(|limit| limit == "responseBytes"),
                "{text:.300}"
            );
        }
        let grown = server.peak_memory().saturating_sub(before);
        println!("{} MiB more than before", grown >> 20);
        assert!(grown < MEMORY, "{} MiB more than before", grown >> 20);
    }
}
