//! Accepting, serving and closing the connections of clients.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
    serve::{Listener, ListenerExt},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use crate::http::{App, router};

/// Serves until `stop` is cancelled and the running requests are finished.
///
/// This replaces `axum::serve`, which has no timeout for the head of a request: a client that sends a byte from time to
/// time would keep its connection forever.
pub(crate) async fn serve(listener: TcpListener, app: &App, stop: &CancellationToken) {
    let mut listener = listener.tap_io(|connection| {
        // A response is one write, which Nagle's algorithm would only delay. The server works without the option, too.
        let _ = connection.set_nodelay(true);
    });
    let router = router(app.clone());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(app.settings().header_timeout);
    let connections = TaskTracker::new();
    let room = app.settings().max_connections.min(Semaphore::MAX_PERMITS);
    let room = Arc::new(Semaphore::new(room));
    loop {
        let accepted = async {
            // At the limit, new connections wait in the queue of the listening socket.
            let room = room.clone().acquire_owned().await;
            (room, listener.accept().await)
        };
        let (room, (stream, address)) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.cancelled() => break,
        };
        // A client that reads nothing keeps its response and its connection in memory until this timeout.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(app.settings().write_timeout));
        let stream = TokioIo::new(Box::pin(stream));
        let router = router.clone();
        let service = service_fn(move |request| respond(router.clone(), request, address));
        let connection = http.serve_connection(stream, service);
        let stop = stop.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%address, %error, "a connection failed");
            }
            drop(room);
        });
    }
    drop(listener);
    // Subscriptions do not end by themselves.
    app.streams().close();
    connections.close();
    connections.wait().await;
}

async fn respond(
    mut router: Router,
    mut request: Request<Incoming>,
    address: SocketAddr,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(address));
    router.call(request).await
}
