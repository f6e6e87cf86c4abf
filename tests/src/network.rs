//! A proxy that simulates a broken network between clients and a server.

use tokio::{
    io::{copy, copy_bidirectional, sink},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A TCP proxy to a server.
pub struct Network {
    /// The URL of the server through the proxy, such as `http://127.0.0.1:40124`.
    pub url: String,
    is_up: watch::Sender<bool>,
}

impl Network {
    /// Starts a proxy to the server at this URL.
    ///
    /// # Panics
    /// If the proxy cannot listen.
    pub async fn to(url: &str) -> Self {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let is_up = watch::Sender::new(true);
        let network = is_up.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("a server");
                tokio::spawn(carry(client, server, network.subscribe()));
            }
        });
        Self {
            url: format!("http://{address}"),
            is_up,
        }
    }

    /// Cuts the network: data sent over existing connections is discarded, and neither side is notified.
    pub fn cut(&self) {
        self.is_up.send_replace(false);
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, mut is_up: watch::Receiver<bool>) {
    tokio::select! {
        // A connection that ends regularly is closed on both sides.
        _ = copy_bidirectional(&mut client, &mut server) => return,
        _ = is_up.wait_for(|is_up| !is_up) => {}
    }
    let ((mut from_client, _to_client), (mut from_server, _to_server)) =
        (client.split(), server.split());
    let (mut here, mut there) = (sink(), sink());
    let _ = tokio::join!(
        copy(&mut from_client, &mut here),
        copy(&mut from_server, &mut there)
    );
}
