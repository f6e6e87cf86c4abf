//! A thousand clients of ten organizations on two servers, through everything that can be lost on the way: the
//! servers' connections to the database, a server, the clients' network.

use std::{
    future::pending,
    time::{Duration, Instant},
};

use futures::{
    StreamExt,
    future::{join, join_all},
    stream,
};
use outlay_server::allow_many_open_files;
use outlay_tests::{Client, Network, Org, Said, Server, Socket, connect, expense, new_database};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::cursor;

const ORGANIZATIONS: usize = 10;
/// Of each organization: half begin on the server that is lost, and of the others some on the network that is lost.
const CLIENTS: usize = 100;
const ON_LOST_SERVER: usize = 50;
const ON_LOST_NETWORK: usize = 20;
const CONNECTIONS: usize = ORGANIZATIONS * CLIENTS;
/// Of each organization; one more, of another kind, says that these were all.
const EVENTS: usize = 100;

/// What a connection may take of a server, in bytes: twice what it takes in a debug build.
const MEMORY: u64 = 100 << 10;
/// How long all of it may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

const CHANGES: &str =
    "subscription($after: String) { expenseChanged(after: $after) { cursor action expenseId } }";

/// A client that comes back with the last cursor whenever its connection is lost.
struct Follower {
    organization: usize,
    /// The ways to a server; the next one is tried when the first is lost.
    ways: Vec<Client>,
    /// Says when the device has found itself in another network.
    has_moved: Option<watch::Receiver<bool>>,
    after: Value,
    told: Vec<String>,
    connections: usize,
}

impl Follower {
    async fn connect(&mut self) -> Socket {
        let mut socket = self.ways[0].connect().await;
        let variables = json!({ "after": self.after });
        socket.subscribe("1", CHANGES, variables).await;
        self.connections += 1;
        socket
    }

    /// Follows until it is told that these were all, and counts what everybody is told.
    async fn follow(mut self, mut socket: Socket, count: watch::Sender<usize>) -> Self {
        loop {
            let said = tokio::select! {
                said = socket.wait() => said,
                () = moved(&mut self.has_moved) => {
                    self.has_moved = None;
                    Said::Closed(1006)
                }
            };
            match said {
                Said::Message(message) => {
                    let change = &message["payload"]["data"]["expenseChanged"];
                    assert!(change.is_object(), "{message}");
                    self.after = change["cursor"].clone();
                    if change["action"] != "CREATED" {
                        return self;
                    }
                    self.told.push(text(&change["expenseId"]));
                    count.send_modify(|count| *count += 1);
                }
                Said::Closed(_) => {
                    self.ways.rotate_left(1);
                    socket = self.connect().await;
                }
            }
        }
    }
}

async fn moved(has_moved: &mut Option<watch::Receiver<bool>>) {
    match has_moved {
        Some(has_moved) => drop(has_moved.wait_for(|moved| *moved).await),
        None => pending().await,
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// Enters an expense on the first server that answers; its key lets it be entered once, however often it is asked for.
async fn enter(servers: &[Client], key: usize) -> String {
    let document =
        "mutation($input: CreateExpenseInput!) { createExpense(input: $input) { expense { id } } }";
    let mut input = expense("Shop", "1");
    input["idempotencyKey"] = json!(key.to_string());
    loop {
        for server in servers {
            let answer = server.try_run(document, json!({ "input": input })).await;
            let id = answer.map(|answer| answer.data("createExpense.expense.id"));
            if let Ok(Value::String(id)) = id {
                return id;
            }
        }
    }
}

/// Breaks all connections of the servers to the database; how many listened for the other server.
async fn cut_off_from_database(database: &str) -> i64 {
    let mut owner = connect(database).await;
    let cut = "SELECT count(*) FILTER (WHERE query LIKE 'LISTEN%') FROM pg_stat_activity,
        LATERAL (SELECT pg_terminate_backend(pid)) AS cut
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let cut = sqlx::query_scalar(cut).fetch_one(&mut owner).await;
    cut.expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_are_told_everything_once_through_every_outage() {
    let all = tokio::time::timeout(PATIENCE, through_every_outage());
    all.await.expect("everybody is told everything in time");
}

async fn through_every_outage() {
    allow_many_open_files();
    let start = Instant::now();
    let database = new_database().await;
    let (stays, dies) = join(Server::start(&database, &[]), Server::start(&database, &[])).await;
    let network = Network::to(&stays.url).await;
    let has_moved = watch::Sender::new(false);
    let orgs: Vec<Org> = stream::iter(0..ORGANIZATIONS)
        .then(|_| async { Org::at(&stays.client(), "EUR").await })
        .collect()
        .await;

    let mut followers = Vec::new();
    for (organization, org) in orgs.iter().enumerate() {
        let after = cursor(&org.owner).await;
        for index in 0..CLIENTS {
            let is_on_network = (ON_LOST_SERVER..ON_LOST_SERVER + ON_LOST_NETWORK).contains(&index);
            let ways = match index {
                _ if is_on_network => vec![org.owner.at(&network.url), org.owner.clone()],
                0..ON_LOST_SERVER => vec![org.owner.at(&dies.url), org.owner.clone()],
                _ => vec![org.owner.clone()],
            };
            followers.push(Follower {
                organization,
                ways,
                has_moved: is_on_network.then(|| has_moved.subscribe()),
                after: after.clone(),
                told: Vec::new(),
                connections: 0,
            });
        }
    }

    let memory = || Some(stays.memory()? + dies.memory()?);
    let before = memory();
    let connected: Vec<_> = stream::iter(followers)
        .map(|mut follower| async {
            let mut socket = follower.connect().await;
            // Its answer says that the server has taken up the subscription, too.
            socket.send(r#"{"type":"ping"}"#).await;
            assert_eq!(
                socket.next().await,
                Said::Message(json!({ "type": "pong" }))
            );
            (follower, socket)
        })
        .buffer_unordered(32)
        .collect()
        .await;
    println!("{CONNECTIONS} are connected after {:?}", start.elapsed());
    if let (Some(before), Some(after)) = (before, memory()) {
        let each = after.saturating_sub(before) / CONNECTIONS as u64;
        println!("{} KiB a connection", each >> 10);
        assert!(each < MEMORY, "{each} bytes a connection");
    }

    let count = watch::Sender::new(0);
    let following: Vec<_> = connected
        .into_iter()
        .map(|(follower, socket)| tokio::spawn(follower.follow(socket, count.clone())))
        .collect();
    let mut counted = count.subscribe();
    let mut dies = Some(dies);
    let lost_server = dies
        .as_ref()
        .map(|server| server.url.clone())
        .expect("it is there");
    let mut entered = vec![Vec::new(); ORGANIZATIONS];
    for round in 0..EVENTS {
        let outage = async {
            if round % 20 == 0 {
                // In the midst of what they are told, or soon after.
                let half = CONNECTIONS * round / 2;
                let told = *counted
                    .wait_for(|count| *count >= half)
                    .await
                    .expect("a count");
                println!(
                    "{told} told of {} after {:?}",
                    CONNECTIONS * round,
                    start.elapsed()
                );
            }
            match round {
                20 => assert_eq!(cut_off_from_database(&database).await, 2, "one a server"),
                40 => dies.take().expect("once").stop().await,
                60 => network.cut(),
                80 => drop(has_moved.send_replace(true)),
                _ => {}
            }
        };
        let entering = join_all(orgs.iter().enumerate().map(|(index, org)| {
            let mut servers = [org.owner.clone(), org.owner.at(&lost_server)];
            servers.rotate_left((round + index) % 2);
            async move { enter(&servers, round).await }
        }));
        let (ids, ()) = join(entering, outage).await;
        for (entered, id) in entered.iter_mut().zip(ids) {
            entered.push(id);
        }
    }
    for (org, entered) in orgs.iter().zip(&entered) {
        let input = json!({ "id": entered[0], "version": 1, "merchant": "These were all" });
        org.owner
            .must("updateExpense", input, "expense { id }")
            .await;
    }
    println!("all is written after {:?}", start.elapsed());

    for follower in join_all(following).await {
        let follower = follower.expect("a follower");
        assert_eq!(follower.told, entered[follower.organization]);
        // Who has lost neither its server nor its network has noticed nothing.
        let expected = if follower.ways.len() > 1 { 2 } else { 1 };
        assert_eq!(follower.connections, expected);
    }
    println!("all are told after {:?}", start.elapsed());
    stays.stop().await;
}
