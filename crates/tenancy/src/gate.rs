//! Ensures that a request does not wait for a control connection while it holds the connection of its snapshot.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::{Stream, StreamExt, stream};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Orders the connections that the fields of one operation take: first those for reads of the shared schema, each for
/// one statement, then the one for the snapshot of the tenant.
///
/// Fields run concurrently and in no defined order. The first statement of the snapshot therefore waits until every
/// other field of the operation has finished or waits here as well.
///
/// Invariant: an operation that holds the connection of its snapshot does not wait for another connection.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    opened: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Number of reads of the shared schema in progress.
    reading: usize,
    /// Number of snapshots that wait for their first statement.
    waiting: usize,
    is_open: bool,
}

impl Gate {
    /// Runs a read of the shared schema.
    pub async fn read_shared<T>(&self, read: impl Future<Output = T>) -> T {
        let _reading = self.count(|state| &mut state.reading);
        debug_assert!(
            !self.state.lock().is_open,
            "a read of the shared schema began while the operation holds a snapshot"
        );
        read.await
    }

    /// Waits until the snapshot may take its connection.
    pub(crate) async fn pass(&self) {
        let _waiting = self.count(|state| &mut state.waiting);
        loop {
            let mut opened = pin!(self.opened.notified());
            opened.as_mut().enable();
            if self.state.lock().is_open {
                return;
            }
            opened.await;
        }
    }

    /// Closes the gate for the next snapshot, after the last one was released.
    pub fn close(&self) {
        self.state.lock().is_open = false;
    }

    /// Runs an operation whose snapshots wait at this gate.
    pub async fn run<T>(&self, operation: impl Future<Output = T>) -> T {
        let mut operation = pin!(operation);
        poll_fn(|cx| self.poll(cx, |cx| operation.as_mut().poll(cx))).await
    }

    /// Like [`run`](Self::run), for an operation with many responses.
    pub fn run_stream<T>(
        self: Arc<Self>,
        mut responses: impl Stream<Item = T> + Unpin,
    ) -> impl Stream<Item = T> {
        stream::poll_fn(move |cx| self.poll(cx, |cx| responses.poll_next_unpin(cx)))
    }

    /// Polls `work`, and opens the gate if the operation cannot make progress otherwise.
    fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut work: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        loop {
            let polled = work(cx);
            if polled.is_ready() || !self.try_open() {
                return polled;
            }
        }
    }

    fn try_open(&self) -> bool {
        let mut state = self.state.lock();
        let opens = !state.is_open && state.waiting > 0 && state.reading == 0;
        if opens {
            state.is_open = true;
            self.opened.notify_waiters();
        }
        opens
    }

    fn count(&self, counter: fn(&mut State) -> &mut usize) -> Counted<'_> {
        *counter(&mut self.state.lock()) += 1;
        Counted {
            gate: self,
            counter,
        }
    }
}

/// Decrements the counter when it is dropped, also when its field is cancelled.
struct Counted<'a> {
    gate: &'a Gate,
    counter: fn(&mut State) -> &mut usize,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        *(self.counter)(&mut self.gate.state.lock()) -= 1;
    }
}

#[cfg(test)]
mod tests {
    use futures::join;
    use parking_lot::Mutex;
    use tokio::task::yield_now;

    use super::Gate;

    #[tokio::test]
    async fn a_snapshot_begins_after_all_shared_reads_whatever_the_order_of_fields() {
        let (gate, order) = (Gate::default(), Mutex::new(Vec::new()));
        let note = |name| order.lock().push(name);
        let snapshot = async {
            gate.pass().await;
            note("snapshot");
        };
        let user = async {
            gate.read_shared(async {
                yield_now().await;
                note("user");
            })
            .await;
            // A nested field reads the shared schema again.
            gate.read_shared(async {
                yield_now().await;
                note("organizations");
            })
            .await;
        };
        let operation = async { join!(snapshot, user) };
        gate.run(operation).await;
        assert_eq!(*order.lock(), ["user", "organizations", "snapshot"]);
    }

    #[tokio::test]
    async fn a_cancelled_read_does_not_keep_the_snapshot_waiting() {
        let gate = Gate::default();
        let operation = async {
            let reading = gate.read_shared(std::future::pending::<()>());
            tokio::select! {
                () = reading => {}
                () = yield_now() => {}
            }
            gate.pass().await;
        };
        gate.run(operation).await;
    }

    #[tokio::test]
    async fn each_snapshot_waits_anew() {
        let gate = Gate::default();
        gate.run(gate.pass()).await;
        gate.close();
        gate.run(async {
            gate.read_shared(yield_now()).await;
            gate.pass().await;
        })
        .await;
    }
}
