//! A thousand who listen: the log is read once for all of them, and each takes little memory.

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use outlay_server::allow_many_open_files;
use outlay_tests::{Org, Server, new_database};
use serde_json::json;

use super::cursor;

const CROWD: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_subscribers_are_told_by_one_reading() {
    allow_many_open_files();
    let database = new_database().await;
    let server = Server::start(&database, &[]).await;
    let org = Org::at(&server.client(), "EUR").await;
    let after = cursor(&org.owner).await;
    let before = server.memory();
    let document =
        "subscription($after: String) { expenseChanged(after: $after) { cursor expenseId } }";
    let mut sockets: Vec<_> = stream::iter(0..CROWD)
        .map(|_| async {
            let mut socket = org.owner.connect().await;
            socket
                .subscribe("1", document, json!({ "after": after }))
                .await;
            // Answered after the subscription was begun.
            socket
                .subscribe("2", "{ organization { slug } }", json!({}))
                .await;
            socket.heard("next", "2").await;
            socket.heard("complete", "2").await;
            socket
        })
        .buffer_unordered(32)
        .collect()
        .await;
    if let (Some(before), Some(after)) = (before, server.memory()) {
        let each = after.saturating_sub(before) / CROWD as u64;
        println!("{} KiB a connection", each >> 10);
    }
    // Whoever began behind has read the log itself by the time that it was told this.
    org.expense("First", "1").await;
    for socket in &mut sockets {
        socket.heard("next", "1").await;
    }
    let read = "LIMIT $5";
    let reads = server.log_lines(read).len();
    let start = Instant::now();
    let made = org.expense("Café", "1").await;
    for socket in &mut sockets {
        let told = socket.heard("next", "1").await;
        assert_eq!(told["data"]["expenseChanged"]["expenseId"], made);
    }
    println!("told {CROWD} within {:?}", start.elapsed());
    assert!(start.elapsed() < Duration::from_secs(10));
    let reads = server.log_lines(read).len() - reads;
    assert!(reads <= 3, "{reads} readings for {CROWD} subscribers");
    server.stop().await;
}
