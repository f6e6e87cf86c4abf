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

/// Everything that there is before the outages.
struct World {
    database: String,
    stays: Server,
    /// None once it is dead.
    dies: Option<Server>,
    lost_url: String,
    network: Network,
    has_moved: watch::Sender<bool>,
    orgs: Vec<Org>,
}

impl World {
    async fn new() -> Self {
        let database = new_database().await;
        let (stays, dies) =
            join(Server::start(&database, &[]), Server::start(&database, &[])).await;
        let client = stays.client();
        let orgs = (0..ORGANIZATIONS).map(|_| Org::at(&client, "EUR"));
        Self {
            network: Network::to(&stays.url).await,
            has_moved: watch::Sender::new(false),
            orgs: join_all(orgs).await,
            lost_url: dies.url.clone(),
            database,
            stays,
            dies: Some(dies),
        }
    }

    async fn followers(&self) -> Vec<Follower> {
        let mut followers = Vec::new();
        for (organization, org) in self.orgs.iter().enumerate() {
            let after = cursor(&org.owner).await;
            let lost_network = ON_LOST_SERVER..ON_LOST_SERVER + ON_LOST_NETWORK;
            followers.extend((0..CLIENTS).map(|index| {
                let moves = lost_network.contains(&index);
                let lost = match index {
                    _ if moves => Some(&self.network.url),
                    0..ON_LOST_SERVER => Some(&self.lost_url),
                    _ => None,
                };
                let lost = lost.map(|url| org.owner.at(url));
                Follower {
                    organization,
                    ways: lost.into_iter().chain([org.owner.clone()]).collect(),
                    has_moved: moves.then(|| self.has_moved.subscribe()),
                    after: after.clone(),
                    told: Vec::new(),
                    connections: 0,
                }
            }));
        }
        followers
    }

    /// Opens the connections of all, and looks at what they take.
    async fn connect(&self) -> Vec<(Follower, Socket)> {
        let followers = self.followers().await;
        let memory = || Some(self.stays.memory()? + self.dies.as_ref()?.memory()?);
        let before = memory();
        let connected: Vec<_> = stream::iter(followers)
            .map(|mut follower| async {
                let mut socket = follower.connect().await;
                // Its answer says that the subscription was taken, too.
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
        assert_eq!(connected.len(), CONNECTIONS);
        if let (Some(before), Some(after)) = (before, memory()) {
            let each = after.saturating_sub(before) / CONNECTIONS as u64;
            println!("{} KiB a connection", each >> 10);
            assert!(each < MEMORY, "{each} bytes a connection");
        }
        connected
    }

    /// Enters an expense in each organization again and again, while one thing after the other is lost; the ids that
    /// each organization is to be told, in order.
    async fn enter_through_outages(
        &mut self,
        mut count: watch::Receiver<usize>,
    ) -> Vec<Vec<String>> {
        let mut dies = self.dies.take();
        let mut entered = vec![Vec::new(); ORGANIZATIONS];
        for round in 0..EVENTS {
            let outage = async {
                // In the midst of what they are told, or soon after.
                let half = CONNECTIONS * round / 2;
                let told = count.wait_for(|count| *count >= half).await;
                let told = *told.expect("a count");
                match round {
                    20 => assert_eq!(cut_off_from_database(&self.database).await, 2, "one each"),
                    // SIGKILL.
                    40 => dies.take().expect("once").stop().await,
                    60 => self.network.cut(),
                    80 => drop(self.has_moved.send_replace(true)),
                    _ => return,
                }
                println!("{told} of {} were told", CONNECTIONS * round);
            };
            let entering = self.orgs.iter().enumerate().map(async |(index, org)| {
                let mut servers = [org.owner.clone(), org.owner.at(&self.lost_url)];
                servers.rotate_left((round + index) % 2);
                enter(&servers, round).await
            });
            let (ids, ()) = join(join_all(entering), outage).await;
            for (entered, id) in entered.iter_mut().zip(ids) {
                entered.push(id);
            }
        }
        for (org, entered) in self.orgs.iter().zip(&entered) {
            let input = json!({ "id": entered[0], "version": 1, "merchant": "These were all" });
            org.owner
                .must("updateExpense", input, "expense { id }")
                .await;
        }
        entered
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_are_told_everything_once_through_every_outage() {
    allow_many_open_files();
    let all = tokio::time::timeout(PATIENCE, async {
        let mut world = World::new().await;
        let connected = world.connect().await;
        let start = Instant::now();
        let count = watch::Sender::new(0);
        let following: Vec<_> = connected
            .into_iter()
            .map(|(follower, socket)| tokio::spawn(follower.follow(socket, count.clone())))
            .collect();
        let entered = world.enter_through_outages(count.subscribe()).await;
        let followers = join_all(following).await;
        println!("all were told within {:?}", start.elapsed());
        world.stays.stop().await;
        (entered, followers)
    });
    let (entered, followers) = all.await.expect("everybody is told everything in time");
    for follower in followers {
        let follower = follower.expect("a follower");
        assert_eq!(follower.told, entered[follower.organization]);
        // Who has lost neither its server nor its network has noticed nothing.
        assert_eq!(follower.connections, follower.ways.len());
    }
}
