//! The streams that clients have reserved for graphql-sse in single connection mode.

use std::{collections::HashMap, sync::Arc};

use axum::response::sse::Event;
use futures::future::AbortHandle;
use outlay_domain::identity::Caller;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use crate::http::unsent::Share;

/// An event, and its share of the memory for unsent responses.
pub(super) type CountedEvent = (Event, Share);

/// The reserved streams by token. Tokens are random, so that a client cannot guess another's.
#[derive(Default)]
pub(super) struct Reservations(pub(super) Arc<Mutex<HashMap<Uuid, Reserved>>>);

pub(super) struct Reserved {
    /// The user who reserved the stream. Operations of others are rejected.
    pub(super) caller: Caller,
    pub(super) sender: mpsc::Sender<CountedEvent>,
    /// Taken by the first request that reads the stream.
    pub(super) receiver: Option<(mpsc::Receiver<CountedEvent>, OwnedSemaphorePermit)>,
    pub(super) operations: HashMap<String, AbortHandle>,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        for operation in self.operations.values() {
            operation.abort();
        }
    }
}

/// Removes a reservation when its reader disconnects.
pub(super) struct OpenStream(
    pub(super) Arc<Mutex<HashMap<Uuid, Reserved>>>,
    pub(super) Uuid,
);

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut reserved = self.0.lock();
        let removed = reserved.remove(&self.1);
        // Release the lock before the operations are aborted.
        drop(reserved);
        drop(removed);
    }
}
