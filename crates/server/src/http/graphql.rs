//! `/graphql`: requests, executed for whom their token names.

use async_graphql::{Request as GraphqlRequest, Response as Answer, parser::types::OperationType};
use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use outlay_domain::ErrorCode;
use outlay_graphql::Prepared;
use outlay_tenancy::TenantId;

use super::{
    body::{self, Content, Requests, Rest},
    error::{self, Refusal},
    json::Batch,
    media::{self, MediaType, wants_html},
    playground,
    query::{self, Validator},
    rate::Allowance,
    request_id::RequestId,
    session::Session,
    state::App,
    tenant::by_host,
    upload,
};

/// A request in the body: any operation.
pub(super) async fn post(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let media = MediaType::accepted(request.headers());
    match read(&app, id, request).await {
        Ok((Requests::One(request), session)) => {
            answer(&app, session, *request, Allowed::Any, media).await
        }
        Ok((Requests::Batch(requests), session)) => {
            // Each response is written before the next request runs, so that no more than one is held as a tree.
            let mut batch = Batch::new(app.settings().max_response_bytes);
            for request in requests {
                let done = execute(&app, session.another(), request, Allowed::Any).await;
                let answer = done.map_or_else(Refusal::into_answer, |done| done.answer);
                batch.push(&answer, media::write);
            }
            send(
                &app,
                session.tenant,
                media,
                (StatusCode::OK, batch.finish()),
            )
        }
        Err(refusal) => refusal.respond(media),
    }
}

/// A request in the URL: queries alone, so that no link can change anything; and a page for whoever looks at it.
pub(super) async fn get(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let media = MediaType::accepted(&parts.headers);
    if wants_html(&parts.headers) {
        return match by_host(&app, &parts).await {
            Ok(_) => playground::page(),
            Err(refusal) => refusal.respond(media),
        };
    }
    let found = async {
        let request = query::parse(parts.uri.query().unwrap_or_default())?;
        let session = Session::begin(&app, id, &parts).await?;
        Ok(answer(&app, session, request, Allowed::Queries, media).await)
    };
    match found.await {
        Ok(response) => Validator::of(&parts.headers).apply(response).await,
        Err(refusal) => Refusal::respond(refusal, media),
    }
}

/// Reads everything that a POST brings.
async fn read(app: &App, id: RequestId, request: Request) -> Result<(Requests, Session), Refusal> {
    let (parts, body) = request.into_parts();
    let (body, rest) = Rest::of(body);
    let read = read_parts(app, id, &parts, body).await;
    if read.is_err() {
        rest.hear_out().await;
    }
    read
}

async fn read_parts(
    app: &App,
    id: RequestId,
    parts: &Parts,
    body: Body,
) -> Result<(Requests, Session), Refusal> {
    let kind = Content::of(&parts.headers)?;
    let session = Session::begin(app, id, parts).await?;
    let settings = app.settings();
    let requests = match kind {
        Content::Json => body::json(body, settings).await?,
        Content::Multipart => {
            upload::check_preflight(&parts.headers)?;
            // Whoever may not write is not worth a file.
            session.context.access()?;
            Requests::One(Box::new(
                upload::read(&parts.headers, body, settings).await?,
            ))
        }
    };
    Ok((requests, session))
}

/// Which operations a way of asking may run.
#[derive(Clone, Copy)]
enum Allowed {
    Any,
    Queries,
}

impl Allowed {
    fn check(self, prepared: &Prepared) -> Result<(), Refusal> {
        match (self, prepared.operation()) {
            (Self::Any, _) | (Self::Queries, Some(OperationType::Query) | None) => Ok(()),
            (Self::Queries, Some(OperationType::Mutation | OperationType::Subscription)) => {
                let refusal = Refusal::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    ErrorCode::Invalid,
                    "A URL runs queries only: send this operation by POST.",
                );
                Err(refusal.with_header(header::ALLOW, HeaderValue::from_static("POST")))
            }
        }
    }
}

/// An answer, and what its organization may still ask for.
struct Done {
    answer: Answer,
    allowance: Option<Allowance>,
}

async fn answer(
    app: &App,
    session: Session,
    request: GraphqlRequest,
    allowed: Allowed,
    media: MediaType,
) -> Response {
    let tenant = session.tenant;
    match execute(app, session, request, allowed).await {
        Ok(Done { answer, allowance }) => {
            let written = media.write(&answer, app.settings().max_response_bytes);
            let mut response = send(app, tenant, media, written);
            response
                .headers_mut()
                .extend(error::retry_after(&answer).map(|wait| (header::RETRY_AFTER, wait)));
            if let Some(allowance) = allowance {
                allowance.tell(response.headers_mut());
            }
            response
        }
        Err(refusal) => refusal.respond(media),
    }
}

/// Sends what was written, which is counted until the client has read it.
fn send(
    app: &App,
    tenant: Option<TenantId>,
    media: MediaType,
    (status, json): (StatusCode, Vec<u8>),
) -> Response {
    match app.unsent().count(tenant, json.len()) {
        Ok(share) => media.send(status, share.body(json)),
        Err(refusal) => refusal.respond(media),
    }
}

async fn execute(
    app: &App,
    session: Session,
    request: GraphqlRequest,
    allowed: Allowed,
) -> Result<Done, Refusal> {
    let prepared = match app.schema().prepare(request) {
        Ok(prepared) => prepared,
        Err(answer) => {
            let allowance = None;
            return Ok(Done { answer, allowance });
        }
    };
    allowed.check(&prepared)?;
    let running = session.charge(app, &prepared)?;
    let answer = app.schema().execute(prepared, session.context).await;
    let allowance = running.and_then(|running| running.allowance);
    Ok(Done { answer, allowance })
}
