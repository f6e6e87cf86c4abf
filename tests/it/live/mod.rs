//! What is told while it happens: over both transports, to whom it may be told, and each thing once.

mod authority;
mod crowd;
mod event_stream;
mod kinds;
mod limits;
mod outage;
mod resume;
mod root_field;
mod socket;

use outlay_tests::{Client, Events};
use serde_json::{Value, json};

/// The subprotocol of graphql-ws.
pub const PROTOCOL: &str = "graphql-transport-ws";

pub const CHANGES: &str = "subscription($after: String) { expenseChanged(after: $after) \
    { cursor action expenseId version expense { id merchant status } } }";

/// Where the log stands now, for whom this is the client.
pub async fn cursor(client: &Client) -> Value {
    let answer = client.run("{ eventCursor }", json!({})).await;
    assert!(answer.data("eventCursor").is_string(), "{}", answer.body);
    answer.data("eventCursor")
}

/// Follows changes of expenses from this moment on.
pub async fn changes(client: &Client) -> Events {
    let after = cursor(client).await;
    client.listen(CHANGES, json!({ "after": after })).await
}
