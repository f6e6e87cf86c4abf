//! Attacks on a GraphQL server, in a table: each is refused with the documented code, in bounded time and memory, while
//! other requests are served.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures::future::{join, join_all, join4};
use outlay_tests::{Client, Org, Server, database_url, numbered, server};
use reqwest::{Method, RequestBuilder, multipart};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// How many send the same attack at once.
const ATTACKERS: usize = 4;
/// How long all of them may take, on a busy machine and a build without optimization. What is guarded against takes
/// minutes, or for ever.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much memory the server may take beside what it had, for all attacks.
const MEMORY: u64 = 48 << 20;
/// A request that takes longer than this is broken off by the server under attack.
const TIMEOUT: u64 = 3;

/// A way to send an attack, and what must come of it.
struct Attack {
    name: &'static str,
    send: Box<dyn Fn(&Client) -> RequestBuilder>,
    status: u16,
    code: &'static str,
}

fn attack(
    name: &'static str,
    status: u16,
    code: &'static str,
    send: impl Fn(&Client) -> RequestBuilder + 'static,
) -> Attack {
    let send = Box::new(send);
    Attack {
        name,
        send,
        status,
        code,
    }
}

fn document(name: &'static str, code: &'static str, document: impl Into<Value>) -> Attack {
    let document = document.into();
    operation(name, code, json!({ "query": document }))
}

fn operation(name: &'static str, code: &'static str, body: Value) -> Attack {
    attack(name, 200, code, move |client| post(client).json(&body))
}

fn post(client: &Client) -> RequestBuilder {
    client.request(Method::POST, "/graphql")
}

fn bytes(client: &Client, content_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
    post(client).header("content-type", content_type).body(body)
}

/// What a document can be made of.
fn documents() -> Vec<Attack> {
    let limit = "LIMIT_EXCEEDED";
    let guess =
        "signIn(input: { email: \"ada@acme.example\", password: \"a guess\" }) { errors { code } }";
    let create = "createCategory(input: { name: \"flood\" }) { category { id } }";
    vec![
        document(
            "aliases",
            limit,
            format!(
                "{{ {} }}",
                numbered(50_000, |index| format!("a{index}:__typename "))
            ),
        ),
        document(
            "directives",
            limit,
            format!("{{ __typename {} }}", "@skip(if:false)".repeat(60_000)),
        ),
        document(
            "unknown directives",
            limit,
            format!("{{ __typename {} }}", "@a".repeat(300_000)),
        ),
        document(
            "a field again and again",
            limit,
            format!("{{ viewer {{ {} }} }}", "__typename ".repeat(90_000)),
        ),
        document(
            "within the tokens, still many",
            limit,
            format!("{{ viewer {{ {} }} }}", "__typename ".repeat(4_900)),
        ),
        document(
            "mutations",
            limit,
            format!(
                "mutation {{ {} }}",
                numbered(300, |index| format!("a{index}: {create} "))
            ),
        ),
        document(
            "guesses",
            limit,
            format!(
                "mutation {{ {} }}",
                numbered(20, |index| format!("a{index}: {guess} "))
            ),
        ),
        document("brackets", limit, "{a".repeat(400_000)),
        document(
            "selections",
            limit,
            format!(
                "{{ viewer {{ member {{ {}id{} }} }} }}",
                "manager {".repeat(50),
                "}".repeat(50)
            ),
        ),
        document(
            "circular introspection",
            limit,
            format!(
                "{{ __schema {{ types {{ {}name{} }} }} }}",
                "fields { type {".repeat(6),
                "}}".repeat(6)
            ),
        ),
        document("comments", limit, "#\n".repeat(300_000)),
        document(
            "a string",
            limit,
            format!(
                "{{ expense(id: \"{}\") {{ nothing }} }}",
                "x".repeat(900_000)
            ),
        ),
    ]
}

/// Documents that repeat fields under many names.
fn multiplied() -> Vec<Attack> {
    let limit = "LIMIT_EXCEEDED";
    vec![
        document(
            "the schema again and again",
            limit,
            format!(
                "{{ {} }}",
                numbered(20, |index| format!(
                    "a{index}: __schema {{ types {{ fields {{ name }} }} }} "
                ))
            ),
        ),
        document(
            "the schema under many names",
            limit,
            format!(
                "{{ __schema {{ types {{ fields {{ {} }} }} }} }}",
                numbered(40, |index| format!(
                    "a{index}: type {{ kind name ofType {{ kind name }} }} "
                ))
            ),
        ),
        document(
            "a value under many names in a long list",
            limit,
            format!(
                "{{ spending(groupBy: [MERCHANT]) {{ rows {{ {} }} }} }}",
                numbered(50, |index| format!("a{index}: merchant "))
            ),
        ),
    ]
}

/// Documents whose fragments expand to many fields.
fn fragments() -> Vec<Attack> {
    let limit = "LIMIT_EXCEEDED";
    let bomb = numbered(60, |index| {
        let next = index + 1;
        format!(" fragment F{index} on Query {{ ...F{next} ...F{next} }}")
    });
    let chain = numbered(400, |index| {
        format!(" fragment F{index} on Query {{ ...F{} }}", index + 1)
    });
    vec![
        document(
            "fragments that double",
            limit,
            format!("{{ ...F0 }}{bomb} fragment F60 on Query {{ __typename }}"),
        ),
        document(
            "fragments that double and end in none",
            limit,
            format!("{{ ...F0 }}{bomb}"),
        ),
        document(
            "fragments in a chain",
            "INVALID",
            format!("{{ ...F0 }}{chain} fragment F400 on Query {{ nothing }}"),
        ),
        document(
            "fragments in a circle",
            "INVALID",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        ),
    ]
}

/// What variables can hold.
fn variables() -> Vec<Attack> {
    let ids: Vec<_> = (0..10_000).map(|index| index.to_string()).collect();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let rename = |name: &str| {
        let query = "mutation($name: String!) { createCategory(input: { name: $name }) { errors { code } } }";
        json!({ "query": query, "variables": { "name": name } })
    };
    vec![
        operation(
            "ids",
            "LIMIT_EXCEEDED",
            json!({ "query": nodes, "variables": { "ids": ids } }),
        ),
        operation(
            "ids in the document",
            "LIMIT_EXCEEDED",
            json!({ "query": format!("{{ nodes(ids: {ids:?}) {{ id }} }}") }),
        ),
        operation("a long name", "INVALID", rename(&"x".repeat(900_000))),
        operation("a null byte", "INVALID", rename("a\0b")),
        operation(
            "combining marks",
            "INVALID",
            rename(&"e\u{301}".repeat(100_000)),
        ),
    ]
}

/// What HTTP can carry.
fn requests() -> Vec<Attack> {
    let query = json!({ "query": "{ __typename }" });
    let mutation = "mutation { createCategory(input: { name: \"forged\" }) { category { id } } }";
    let forged = json!({ "query": mutation }).to_string();
    let form = format!("query={}", mutation.replace(' ', "+"));
    let link = format!("/graphql?{form}");
    let batch = Value::Array(vec![query.clone(); 20_000]);
    let deep = format!(
        "{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}{}}}}}",
        "[".repeat(300_000),
        "]".repeat(300_000)
    );
    let gzip: Vec<u8> = [0x1f, 0x8b, 8, 0]
        .into_iter()
        .chain(std::iter::repeat_n(0, 60_000))
        .collect();
    vec![
        attack("batch", 400, "INVALID", move |client| {
            post(client).json(&batch)
        }),
        attack("mutation in a link", 405, "INVALID", move |client| {
            client.request(Method::GET, &link)
        }),
        attack("form of text", 415, "INVALID", move |client| {
            bytes(client, "text/plain", forged.clone())
        }),
        attack("urlencoded form", 415, "INVALID", move |client| {
            bytes(client, "application/x-www-form-urlencoded", form.clone())
        }),
        attack("deep variables", 400, "INVALID", move |client| {
            bytes(client, "application/json", deep.clone())
        }),
        attack("malformed UTF-8", 400, "INVALID", |client| {
            bytes(
                client,
                "application/json",
                b"{\"query\": \"{ a(b: \\\"\xc3\x28\\\") }\"}".to_vec(),
            )
        }),
        attack("another charset", 415, "INVALID", |client| {
            bytes(client, "application/json; charset=utf-16", vec![0; 1000])
        }),
        attack("a compressed body", 400, "INVALID", move |client| {
            bytes(client, "application/json", gzip.clone()).header("content-encoding", "gzip")
        }),
        attack("a body over the limit", 413, "LIMIT_EXCEEDED", |client| {
            bytes(client, "application/json", vec![b' '; (1 << 20) + 1])
        }),
    ]
}

fn part(size: usize) -> multipart::Part {
    // Streamed, so that its length is not told.
    let chunks = (0..size.div_ceil(65_536)).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 65_536]));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    multipart::Part::stream(body).file_name("bomb.csv")
}

fn upload(
    client: &Client,
    map: &Value,
    files: impl Iterator<Item = (String, usize)>,
) -> RequestBuilder {
    let query = "mutation($input: ImportExpensesInput!) { importExpenses(input: $input) { errors { code } } }";
    let operations = json!({ "query": query, "variables": { "input": { "file": null } } });
    let form = multipart::Form::new()
        .text("operations", operations.to_string())
        .text("map", map.to_string());
    let form = files.fold(form, |form, (name, size)| form.part(name, part(size)));
    post(client)
        .header("graphql-require-preflight", "1")
        .multipart(form)
}

/// What files can be.
fn uploads() -> Vec<Attack> {
    let to_file = json!(["variables.input.file"]);
    let one = json!({ "0": to_file });
    let many: serde_json::Map<_, _> = (0..50)
        .map(|index| (index.to_string(), to_file.clone()))
        .collect();
    let many = Value::Object(many);
    let again = json!({ "0": vec!["variables.input.file"; 5_000] });
    let anywhere =
        json!({ "0": ["query", "variables.input.__proto__.x", "variables.99999999999.file"] });
    let missing = json!({ "0": to_file, "1": to_file });
    let single = |size| std::iter::once(("0".to_owned(), size));
    vec![
        attack("form of another site", 403, "FORBIDDEN", |client| {
            bytes(
                &client.anonymous(),
                "multipart/form-data; boundary=x",
                "--x--",
            )
        }),
        attack("a stranger's file", 200, "UNAUTHENTICATED", {
            let one = one.clone();
            move |client| upload(&client.anonymous(), &one, single(1000))
        }),
        attack(
            "a file over the limit",
            413,
            "LIMIT_EXCEEDED",
            move |client| upload(client, &one, single(3 << 20)),
        ),
        attack("many files", 413, "LIMIT_EXCEEDED", move |client| {
            upload(client, &many, (0..50).map(|index| (index.to_string(), 10)))
        }),
        attack(
            "one file in many places",
            413,
            "LIMIT_EXCEEDED",
            move |client| upload(client, &again, single(10)),
        ),
        attack("a file where none is", 200, "INVALID", move |client| {
            upload(client, &anywhere, single(10))
        }),
        attack("a file that does not come", 400, "INVALID", move |client| {
            upload(client, &missing, single(10))
        }),
    ]
}

/// Sends an attack from several sides; all must be refused as documented.
async fn strike(client: &Client, attack: &Attack) {
    let Attack {
        name,
        send,
        status,
        code,
    } = attack;
    let start = Instant::now();
    let answers = (0..ATTACKERS).map(async |_| {
        let response = send(client).send().await;
        let response = response.unwrap_or_else(|error| panic!("{name}: {error}"));
        let got = response.status().as_u16();
        assert!(!response.headers().contains_key("server"), "{name}");
        let body: Value = response
            .json()
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        // What a person can mend is in the payload.
        let outside = &body["errors"][0]["extensions"]["code"];
        let payload = body.pointer("/data/createCategory/errors/0/code");
        let said = payload.unwrap_or(outside);
        assert_eq!((got, said), (*status, &json!(code)), "{name}: {body:.300}");
        let text = body.to_string();
        for leak in ["panicked", "src/", "SELECT ", "sqlx", "t_0"] {
            assert!(!text.contains(leak), "{name} leaks: {body:.300}");
        }
    });
    let all = tokio::time::timeout(PATIENCE, join_all(answers)).await;
    assert!(all.is_ok(), "{name}: not refused within {PATIENCE:?}");
    println!("{name}: {:?}", start.elapsed());
}

/// Somebody who sends this, and then byte after byte without end; what the server says until it breaks off.
async fn trickle(address: &str, beginning: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(beginning.as_bytes()).await.expect("sent");
    let (mut reading, mut writing) = stream.into_split();
    let mut said = String::new();
    let written = async {
        while writing.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        read = reading.read_to_string(&mut said) => drop(read),
        () = written => {}
    }
    said
}

/// What the server says to somebody who sends this and no more, until it closes the connection.
async fn send_once(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut said = String::new();
    stream.read_to_string(&mut said).await.expect("text");
    said
}

/// Somebody who asks for something usual, again and again.
async fn ask_often(owner: &Client) {
    for _ in 0..20 {
        let answer = owner
            .run("{ expenses(first: 1) { totalCount } }", json!({}))
            .await;
        assert!(answer.errors().is_empty(), "{}", answer.body);
    }
}

#[tokio::test]
async fn every_known_attack_is_refused_while_others_are_served() {
    let client = server().await.client();
    let (attacker, other) = (Org::at(&client, "EUR").await, Org::at(&client, "EUR").await);
    let timeout = TIMEOUT.to_string();
    let arguments = [
        "--address-rate",
        "0",
        "--max-upload-bytes",
        "2000000",
        "--request-timeout",
        &timeout,
    ];
    let victim = Server::start(&database_url().await, &arguments).await;
    let (client, other) = (attacker.owner.at(&victim.url), other.owner.at(&victim.url));
    let (over, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    let serving = async {
        while !over.load(Ordering::Relaxed) {
            let answer = other.run("{ organization { slug } }", json!({})).await;
            assert!(answer.errors().is_empty(), "{}", answer.body);
            served.fetch_add(1, Ordering::Relaxed);
        }
    };
    let attacks = [
        documents(),
        fragments(),
        multiplied(),
        variables(),
        requests(),
        uploads(),
    ];
    let attacking = async {
        let before = victim.peak_memory();
        for attack in attacks.iter().flatten() {
            let already = served.load(Ordering::Relaxed);
            strike(&client, attack).await;
            outlay_tests::soon("others are served", async || {
                served.load(Ordering::Relaxed) > already
            })
            .await;
        }
        let grown = victim.peak_memory().saturating_sub(before);
        println!("memory: {} MiB more than before", grown >> 20);
        assert!(grown < MEMORY, "{} MiB more than before", grown >> 20);
        over.store(true, Ordering::Relaxed);
    };
    join(serving, attacking).await;
    let forged = other
        .run("{ categories(first: 1) { totalCount } }", json!({}))
        .await;
    assert_eq!(forged.data("categories.totalCount"), 0);
    let forged = client
        .run(
            "{ categories(first: 1) { totalCount } expenses(first: 1) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(
        forged.body["data"],
        json!({ "categories": { "totalCount": 0 }, "expenses": { "totalCount": 0 } })
    );
}

#[tokio::test]
async fn slow_bodies_are_broken_off_and_hold_nobody_up() {
    let org = Org::at(&server().await.client(), "EUR").await;
    let timeout = TIMEOUT.to_string();
    let victim = Server::start(&database_url().await, &["--request-timeout", &timeout]).await;
    let address = victim.url.trim_start_matches("http://");
    let owner = org.owner.at(&victim.url);
    let token = owner.token.clone().expect("a token");
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n"
    );
    let slow = join_all((0..100).map(|_| trickle(address, &head)));
    let both = tokio::time::timeout(PATIENCE, join(slow, ask_often(&owner))).await;
    let (answers, ()) = both.expect("all are broken off");
    for answer in answers {
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("LIMIT_EXCEEDED"), "{answer}");
    }
}

#[tokio::test]
async fn slow_heads_and_silence_are_broken_off_and_hold_nobody_up() {
    let org = Org::at(&server().await.client(), "EUR").await;
    let timeout = TIMEOUT.to_string();
    let victim = Server::start(&database_url().await, &["--header-timeout", &timeout]).await;
    let address = victim.url.trim_start_matches("http://");
    let owner = org.owner.at(&victim.url);
    let slow = join_all((0..100).map(|_| trickle(address, "GET /graphql HTTP/1.1\r\nSlow:")));
    let silent = join_all((0..100).map(|_| send_once(address, "")));
    let idle = send_once(address, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let start = Instant::now();
    let all = join4(slow, silent, idle, ask_often(&owner));
    let all = tokio::time::timeout(PATIENCE, all).await;
    let (slow, silent, idle, ()) = all.expect("all are broken off");
    assert!(slow.iter().chain(&silent).all(String::is_empty));
    assert!(idle.starts_with("HTTP/1.1 200 "), "{idle}");
    assert!(start.elapsed() >= Duration::from_secs(TIMEOUT));
}
