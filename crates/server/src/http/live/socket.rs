//! `GET /graphql` as a WebSocket: the protocol `graphql-transport-ws`.
//!
//! One task serves a connection, and one each of its operations: what an operation holds or waits for, such as a
//! connection to the database, must not stay with it while the client is waited for. While the client reads nothing,
//! nothing more is asked of its operations: what they have to tell waits in the log.

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
    operation::{self, Answered},
    origin,
};
use crate::http::{body, error::Refusal, state::App, tenant::by_host, unsent::Share};

/// The bytes that are read at once.
const BUFFER: usize = 4 * 1024;

/// The headers that a page cannot set, and gives in `connection_init`.
const GIVEN: [HeaderName; 2] = [
    header::AUTHORIZATION,
    HeaderName::from_static("x-organization"),
];

pub(super) async fn upgrade(app: App, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match accept(&app, &mut parts).await {
        Ok(upgrade) => upgrade,
        Err(refusal) => refusal.into_response(),
    }
}

async fn accept(app: &App, parts: &mut Parts) -> Result<Response, Refusal> {
    if !origin::is_allowed(&parts.headers, &parts.uri, &app.settings().allowed_origins) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            ErrorCode::Forbidden,
            "Pages of another origin may not connect.",
        ));
    }
    by_host(app, parts).await?;
    let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await;
    let upgrade = upgrade.map_err(|rejection| Refusal::invalid(rejection.to_string()))?;
    let room = app.streams().connection()?;
    let limit = app.settings().max_body_bytes;
    let (app, parts) = (app.clone(), parts.clone());
    let upgrade = upgrade
        .protocols([PROTOCOL])
        // Messages are small and connections many: the usual buffer would be most of what a connection takes.
        .read_buffer_size(BUFFER)
        .max_message_size(limit)
        .max_frame_size(limit);
    Ok(upgrade.on_upgrade(move |socket| {
        let tasks = app.streams().tasks().clone();
        let serving = async move {
            Connection::new(app, parts, socket).serve().await;
            drop(room);
        };
        tasks.track_future(serving).in_current_span()
    }))
}

/// A step of the operation of this id, and its share of what waits to be read.
type Step = (Arc<str>, Progress, Share);

enum Progress {
    /// A message with a response; operations wait for the client with text of a limited size, not with trees.
    Response(Utf8Bytes),
    /// A message with the errors that the operation ends with.
    Failed(Utf8Bytes),
    Completed,
}

impl Progress {
    fn of(app: &App, id: &str, answered: &Answered) -> (Self, Share) {
        let (written, share) = operation::write(app, answered, |response, maximum| {
            message::response(id, response, maximum)
        });
        let message = Utf8Bytes::try_from(written.json).unwrap_or_default();
        let progress = if written.is_whole && outlay_graphql::was_executed(&answered.1) {
            Self::Response(message)
        } else {
            Self::Failed(message)
        };
        (progress, share)
    }
}

struct Connection {
    app: App,
    /// The request that opened it; complete once the client has said who it is.
    parts: Arc<Parts>,
    socket: WebSocket,
    is_acknowledged: bool,
    /// Those under way; who is taken out is stopped.
    operations: HashMap<Arc<str>, AbortOnDropHandle<()>>,
    /// Where they put their steps, one after the other.
    steps: mpsc::Sender<Step>,
    taken: mpsc::Receiver<Step>,
    heard: Instant,
}

impl Connection {
    fn new(app: App, parts: Parts, socket: WebSocket) -> Self {
        let (steps, taken) = mpsc::channel(1);
        Self {
            app,
            parts: Arc::new(parts),
            socket,
            is_acknowledged: false,
            operations: HashMap::new(),
            steps,
            taken,
            heard: Instant::now(),
        }
    }

    async fn serve(mut self) {
        if let Err(Some(Closing { code, reason })) = self.talk().await {
            let frame = CloseFrame {
                code,
                reason: reason.into(),
            };
            let _ = self.send(Message::Close(Some(frame))).await;
        }
    }

    /// Talks until one of both is to close the connection; without a reason when it is closed.
    async fn talk(&mut self) -> Result<(), Option<Closing>> {
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
                    Some(Ok(message)) => self.hear(message).await?,
                    Some(Err(_)) | None => return Err(None),
                },
                Some(step) = self.taken.recv() => self.answer(step).await?,
                () = closing.cancelled() => return Err(Some(Closing::going_away())),
                () = &mut initialised, if !self.is_acknowledged => {
                    return Err(Some(Closing::initialisation_timeout()));
                }
                _ = ticks.tick() => {
                    if self.heard.elapsed() > 3 * settings.keep_alive {
                        return Err(None);
                    }
                    if self.is_acknowledged {
                        self.still_known().await?;
                    }
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Option<Closing>> {
        self.heard = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Some(Closing::invalid("send text"))),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(None),
        };
        let incoming = serde_json::from_str(&text).map_err(|why| Some(Closing::invalid(why)))?;
        match incoming {
            Incoming::ConnectionInit { payload } => self.initialise(payload).await,
            Incoming::Ping { payload } => self.say(&Outgoing::Pong { payload }).await,
            Incoming::Pong {} => Ok(()),
            Incoming::Subscribe { id, payload } => self.subscribe(&id, &payload).await,
            Incoming::Complete { id } => {
                self.operations.remove(id.as_str());
                Ok(())
            }
        }
    }

    /// Lets a client in that says who it is, by its headers or by these.
    async fn initialise(
        &mut self,
        payload: Option<Map<String, Value>>,
    ) -> Result<(), Option<Closing>> {
        if self.is_acknowledged {
            return Err(Some(Closing::initialised_twice()));
        }
        let mut parts = Parts::clone(&self.parts);
        for (name, value) in payload.unwrap_or_default() {
            let given = GIVEN
                .into_iter()
                .find(|given| name.eq_ignore_ascii_case(given.as_str()));
            let value = value.as_str().map(HeaderValue::from_str);
            match (given, value) {
                (Some(name), Some(Ok(value))) => drop(parts.headers.insert(name, value)),
                (Some(name), _) => {
                    return Err(Some(Closing::invalid(format!(
                        "{name} is not a header's value"
                    ))));
                }
                (None, _) => {}
            }
        }
        self.parts = Arc::new(parts);
        self.still_known().await?;
        self.is_acknowledged = true;
        self.say(&Outgoing::ConnectionAck).await
    }

    /// Closes the connection when nobody may use it any more.
    async fn still_known(&mut self) -> Result<(), Option<Closing>> {
        match operation::known(&self.app, &self.parts).await {
            Ok(_) => Ok(()),
            Err(refusal)
                if !refusal
                    .status
                    .is_some_and(|status| status.is_server_error()) =>
            {
                Err(Some(Closing::forbidden(refusal.error.message)))
            }
            // Nothing is known now; what it asks for will fail by itself.
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
        let request = request.map_err(|refusal| Some(Closing::invalid(refusal.error.message)))?;
        let limit = self.app.settings().live.max_operations_per_connection;
        if self.operations.len() >= limit {
            let refused = Refusal::from(outlay_domain::Error::LimitExceeded {
                field: None,
                message: format!(
                    "{limit} operations are under way on this connection; use another."
                ),
            })
            .into_answer();
            return self
                .say(&Outgoing::Error {
                    id,
                    payload: &refused.errors,
                })
                .await;
        }
        let id: Arc<str> = id.into();
        let mut responses = operation::run(self.app.clone(), self.parts.clone(), request);
        let (named, steps) = (id.clone(), self.steps.clone());
        let app = self.app.clone();
        let running = async move {
            while let Some(answered) = responses.next().await {
                let (progress, share) = Progress::of(&app, &named, &answered);
                drop(answered);
                if steps.send((named.clone(), progress, share)).await.is_err() {
                    return;
                }
            }
            // The connection may be gone.
            let _ = steps.send((named, Progress::Completed, Share::NONE)).await;
        };
        let running = tokio::spawn(running.in_current_span());
        self.operations.insert(id, AbortOnDropHandle::new(running));
        Ok(())
    }

    /// Sends what an operation has responded. One that was not executed, or ends with an error, ends with `error`.
    async fn answer(&mut self, (id, progress, _share): Step) -> Result<(), Option<Closing>> {
        let known = self.operations.get_key_value(&id);
        if !known.is_some_and(|(known, _)| Arc::ptr_eq(known, &id)) {
            // The last step of an operation that was stopped, perhaps to make room for another of its name.
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
                self.say(&Outgoing::Complete { id: &id }).await
            }
        }
    }

    async fn say(&mut self, message: &Outgoing<'_>) -> Result<(), Option<Closing>> {
        let text = serde_json::to_string(message).map_err(|error| {
            tracing::error!(%error, "an answer cannot be written");
            None
        })?;
        self.send(Message::Text(text.into())).await
    }

    /// Sends a message. The connection itself gives up a client that reads nothing (`--write-timeout`).
    async fn send(&mut self, message: Message) -> Result<(), Option<Closing>> {
        self.socket.send(message).await.map_err(|_| None)
    }
}
