//! `GET /graphql` as a WebSocket: the protocol `graphql-transport-ws`.
//!
//! One task serves the connection, and another one each of its operations. An operation therefore releases its resources,
//! such as a database connection, even while the client does not read. Back-pressure: operations are not polled while the
//! client does not read; the events of a subscription stay in the audit trail until then.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{
        FromRequestParts, Request,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use outlay_domain::ErrorCode;
use serde_json::{Map, Value};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::{
    message::{self, Closing, Incoming, Outgoing, PROTOCOL},
    operation::{self, TenantResponse},
    origin,
};
use crate::http::{body, error::Rejection, state::App, tenant::by_host, unsent::Share};

/// The size of the read buffer, in bytes.
const READ_BUFFER: usize = 4 * 1024;

/// The headers that a browser cannot set on a WebSocket, and that `connection_init` may contain.
const INIT_HEADERS: [HeaderName; 2] = [
    header::AUTHORIZATION,
    HeaderName::from_static("x-organization"),
];

pub(super) async fn upgrade(app: App, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match accept(&app, &mut parts).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => rejection.into_response(),
    }
}

async fn accept(app: &App, parts: &mut Parts) -> Result<Response, Rejection> {
    if !origin::is_allowed(&parts.headers, &parts.uri, &app.settings().allowed_origins) {
        return Err(Rejection::new(
            StatusCode::FORBIDDEN,
            ErrorCode::Forbidden,
            "Connections from pages of this origin are not allowed.",
        ));
    }
    by_host(app, parts).await?;
    let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await;
    let upgrade = upgrade.map_err(|rejection| Rejection::invalid(rejection.to_string()))?;
    let permit = app.streams().acquire_connection()?;
    let limit = app.settings().max_body_bytes;
    let (app, parts) = (app.clone(), parts.clone());
    let upgrade = upgrade
        .protocols([PROTOCOL])
        // Messages are small and connections many: the default buffer would be most of the memory of a connection.
        .read_buffer_size(READ_BUFFER)
        .max_message_size(limit)
        .max_frame_size(limit);
    Ok(upgrade.on_upgrade(move |socket| {
        let tasks = app.streams().tasks().clone();
        let serving = async move {
            Connection::new(app, parts, socket).serve().await;
            drop(permit);
        };
        tasks.track_future(serving).in_current_span()
    }))
}

/// The progress of the operation of this id, and its share of the unsent bytes.
type Step = (Arc<str>, Progress, Share);

enum Progress {
    /// A message with a response. It is serialized, so that the memory of a waiting operation is limited.
    Response(Utf8Bytes),
    /// A message with errors, which ends the operation.
    Failed(Utf8Bytes),
    Completed,
}

impl Progress {
    fn new(app: &App, id: &str, response: &TenantResponse) -> (Self, Share) {
        let (written, share) = operation::write(app, response, |response, maximum| {
            message::response(id, response, maximum)
        });
        let message = Utf8Bytes::try_from(written.json).unwrap_or_default();
        let progress = if written.is_whole && outlay_graphql::was_executed(&response.1) {
            Self::Response(message)
        } else {
            Self::Failed(message)
        };
        (progress, share)
    }
}

struct Connection {
    app: App,
    /// The head of the handshake, with the headers of `connection_init` once that has been received.
    parts: Arc<Parts>,
    socket: WebSocket,
    is_acknowledged: bool,
    /// The running operations. Removing one aborts it.
    operations: HashMap<Arc<str>, AbortOnDropHandle<()>>,
    /// The queue of the operations' progress. It holds one step.
    steps: mpsc::Sender<Step>,
    queue: mpsc::Receiver<Step>,
    last_received: Instant,
}

impl Connection {
    fn new(app: App, parts: Parts, socket: WebSocket) -> Self {
        let (steps, queue) = mpsc::channel(1);
        Self {
            app,
            parts: Arc::new(parts),
            socket,
            is_acknowledged: false,
            operations: HashMap::new(),
            steps,
            queue,
            last_received: Instant::now(),
        }
    }

    async fn serve(mut self) {
        if let Err(Some(Closing { code, reason })) = self.run().await {
            let frame = CloseFrame {
                code,
                reason: reason.into(),
            };
            let _ = self.send(Message::Close(Some(frame))).await;
        }
    }

    /// Processes messages until the connection closes. The error is the reason for the server to close it, or `None` if it is
    /// closed already.
    async fn run(&mut self) -> Result<(), Option<Closing>> {
        if self
            .socket
            .protocol()
            .is_none_or(|protocol| protocol != PROTOCOL)
        {
            return Err(Some(Closing::subprotocol()));
        }
        let settings = self.app.settings().live.clone();
        let closing = self.app.streams().closing().clone();
        let mut ticks = tokio::time::interval(settings.keep_alive);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ticks.reset();
        let initialised = tokio::time::sleep(settings.init_timeout);
        tokio::pin!(initialised);
        loop {
            tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.receive(message).await?,
                    Some(Err(_)) | None => return Err(None),
                },
                Some(step) = self.queue.recv() => self.forward(step).await?,
                () = closing.cancelled() => return Err(Some(Closing::going_away())),
                () = &mut initialised, if !self.is_acknowledged => {
                    return Err(Some(Closing::initialisation_timeout()));
                }
                _ = ticks.tick() => {
                    if self.last_received.elapsed() > 3 * settings.keep_alive {
                        return Err(None);
                    }
                    if self.is_acknowledged {
                        self.authenticate().await?;
                    }
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
            }
        }
    }

    async fn receive(&mut self, message: Message) -> Result<(), Option<Closing>> {
        self.last_received = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Some(Closing::invalid("send text frames"))),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(None),
        };
        let incoming = serde_json::from_str(&text).map_err(|why| Some(Closing::invalid(why)))?;
        match incoming {
            Incoming::ConnectionInit { payload } => self.initialise(payload).await,
            Incoming::Ping { payload } => self.send_message(&Outgoing::Pong { payload }).await,
            Incoming::Pong {} => Ok(()),
            Incoming::Subscribe { id, payload } => self.subscribe(&id, &payload).await,
            Incoming::Complete { id } => {
                self.operations.remove(id.as_str());
                Ok(())
            }
        }
    }

    /// Authenticates the client by the headers of its handshake and of `connection_init`.
    async fn initialise(
        &mut self,
        payload: Option<Map<String, Value>>,
    ) -> Result<(), Option<Closing>> {
        if self.is_acknowledged {
            return Err(Some(Closing::initialised_twice()));
        }
        let mut parts = Parts::clone(&self.parts);
        for (name, value) in payload.unwrap_or_default() {
            let header = INIT_HEADERS
                .into_iter()
                .find(|header| name.eq_ignore_ascii_case(header.as_str()));
            let value = value.as_str().map(str::trim).map(HeaderValue::from_str);
            match (header, value) {
                (Some(name), Some(Ok(value))) => drop(parts.headers.insert(name, value)),
                (Some(name), _) => {
                    return Err(Some(Closing::invalid(format!(
                        "{name} is not a valid header value"
                    ))));
                }
                (None, _) => {}
            }
        }
        self.parts = Arc::new(parts);
        self.authenticate().await?;
        self.is_acknowledged = true;
        self.send_message(&Outgoing::ConnectionAck).await
    }

    /// Checks that the caller is still authenticated. Otherwise the connection must be closed.
    async fn authenticate(&mut self) -> Result<(), Option<Closing>> {
        match operation::authenticate(&self.app, &self.parts).await {
            Ok(_) => Ok(()),
            Err(rejection)
                if !rejection
                    .status
                    .is_some_and(|status| status.is_server_error()) =>
            {
                Err(Some(Closing::forbidden(rejection.error.message)))
            }
            // The database is not available. Keep the connection; its operations fail by themselves.
            Err(_) if self.is_acknowledged => Ok(()),
            Err(_) => Err(Some(Closing::try_again_later())),
        }
    }

    async fn subscribe(&mut self, id: &str, payload: &Value) -> Result<(), Option<Closing>> {
        if !self.is_acknowledged {
            return Err(Some(Closing::unauthorized()));
        }
        if self.operations.contains_key(id) {
            return Err(Some(Closing::exists(id)));
        }
        let request = serde_json::to_vec(payload).unwrap_or_default();
        let request = body::parse(&request);
        let request =
            request.map_err(|rejection| Some(Closing::invalid(rejection.error.message)))?;
        let limit = self.app.settings().live.max_operations_per_connection;
        if self.operations.len() >= limit {
            let rejected = Rejection::from(outlay_domain::Error::LimitExceeded {
                field: None,
                message: format!(
                    "This connection already has {limit} running operations, the maximum. Open another."
                ),
            })
            .into_graphql();
            return self
                .send_message(&Outgoing::Error {
                    id,
                    payload: &rejected.errors,
                })
                .await;
        }
        let id: Arc<str> = id.into();
        let mut responses = operation::run(self.app.clone(), self.parts.clone(), request);
        let (named, steps) = (id.clone(), self.steps.clone());
        let app = self.app.clone();
        let running = async move {
            while let Some(response) = responses.next().await {
                let (progress, share) = Progress::new(&app, &named, &response);
                drop(response);
                if steps.send((named.clone(), progress, share)).await.is_err() {
                    return;
                }
            }
            // The connection may have been closed.
            let _ = steps.send((named, Progress::Completed, Share::NONE)).await;
        };
        let running = tokio::spawn(running.in_current_span());
        self.operations.insert(id, AbortOnDropHandle::new(running));
        Ok(())
    }

    /// Sends the progress of an operation to the client.
    async fn forward(&mut self, (id, progress, _share): Step) -> Result<(), Option<Closing>> {
        let known = self.operations.get_key_value(&id);
        if !known.is_some_and(|(known, _)| Arc::ptr_eq(known, &id)) {
            // A queued step of an operation that has been stopped. Its id may have been reused.
            return Ok(());
        }
        match progress {
            Progress::Response(message) => self.send(Message::Text(message)).await,
            Progress::Failed(message) => {
                self.operations.remove(&id);
                self.send(Message::Text(message)).await
            }
            Progress::Completed => {
                self.operations.remove(&id);
                self.send_message(&Outgoing::Complete { id: &id }).await
            }
        }
    }

    async fn send_message(&mut self, message: &Outgoing<'_>) -> Result<(), Option<Closing>> {
        let text = serde_json::to_string(message).map_err(|error| {
            tracing::error!(%error, "a message cannot be serialized");
            None
        })?;
        self.send(Message::Text(text.into())).await
    }

    /// Sends a frame. The connection is closed if the client does not read (`--write-timeout`).
    async fn send(&mut self, message: Message) -> Result<(), Option<Closing>> {
        self.socket.send(message).await.map_err(|_| None)
    }
}
