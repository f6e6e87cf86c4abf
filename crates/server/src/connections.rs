//! The connections of clients: accepted, served, and let go.

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

/// Serves until `stop` is cancelled and the requests under way are finished.
///
/// `axum::serve` waits for ever for the head of a request, so that a client holds a connection for as long as it sends
/// a byte now and then; hence its loop here, over hyper itself.
pub(crate) async fn serve(listener: TcpListener, app: &App, stop: &CancellationToken) {
    let mut listener = listener.tap_io(|connection| {
        // An answer is one write: waiting for more only delays it. A socket that refuses works all the same.
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
            // Clients for whom there is no room wait in the queue of the listening socket.
            let room = room.clone().acquire_owned().await;
            (room, listener.accept().await)
        };
        let (room, (stream, address)) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.cancelled() => break,
        };
        // What a client does not read is kept in memory, and so is its connection: neither may last.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(app.settings().write_timeout));
        let stream = TokioIo::new(Box::pin(stream));
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), request, address));
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
                tracing::debug!(%address, %error, "a connection was broken off");
            }
            drop(room);
        });
    }
    drop(listener);
    // They would never end by themselves.
    app.streams().close();
    connections.close();
    connections.wait().await;
}

async fn answer(
    mut router: Router,
    mut request: Request<Incoming>,
    address: SocketAddr,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(address));
    router.call(request).await
}
