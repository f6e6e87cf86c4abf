//! `GET` and `POST /graphql`: executes one request, or a batch, on behalf of the caller.

use async_graphql::{
    Request as GraphqlRequest, Response as GraphqlResponse, parser::types::OperationType,
};
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
    body::{self, Content, Requests, UnreadBody},
    error::{self, Rejection},
    json::Batch,
    media::{self, MediaType, wants_html},
    playground,
    query::{self, Validator},
    request_id::RequestId,
    session::Session,
    state::App,
    tenant::by_host,
    upload,
};

/// Executes the request, or the batch, in the body. Any type of operation is allowed.
pub(super) async fn post(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let media = MediaType::accepted(request.headers());
    match read(&app, id, request).await {
        Ok((Requests::Single(request), session)) => {
            respond(&app, session, *request, Allowed::Any, media).await
        }
        Ok((Requests::Batch(requests), session)) => {
            // Serialize each response before executing the next request: at most one is in memory as a tree.
            let mut batch = Batch::new(app.settings().max_response_bytes);
            for request in requests {
                let executed = execute(&app, session.another(), request, Allowed::Any).await;
                let response = executed.unwrap_or_else(Rejection::into_graphql);
                batch.push(&response, media::write);
            }
            send(
                &app,
                session.tenant,
                media,
                (StatusCode::OK, batch.finish()),
            )
        }
        Err(rejection) => rejection.respond(media),
    }
}

/// Executes the query in the URL, or returns the GraphiQL page if the client accepts HTML.
///
/// Other types of operation are rejected: following a link must not change data.
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
            Err(rejection) => rejection.respond(media),
        };
    }
    let executed = async {
        let request = query::parse(parts.uri.query().unwrap_or_default())?;
        let session = Session::begin(&app, id, &parts).await?;
        Ok(respond(&app, session, request, Allowed::Queries, media).await)
    };
    match executed.await {
        Ok(response) => {
            Validator::from_headers(&parts.headers)
                .apply(response)
                .await
        }
        Err(rejection) => Rejection::respond(rejection, media),
    }
}

/// Authenticates a POST and reads its body, which is drained if the request is rejected.
async fn read(
    app: &App,
    id: RequestId,
    request: Request,
) -> Result<(Requests, Session), Rejection> {
    let (parts, body) = request.into_parts();
    let (body, unread) = UnreadBody::split(body);
    let read = read_parts(app, id, &parts, body).await;
    if read.is_err() {
        unread.drain().await;
    }
    read
}

async fn read_parts(
    app: &App,
    id: RequestId,
    parts: &Parts,
    body: Body,
) -> Result<(Requests, Session), Rejection> {
    let kind = Content::from_headers(&parts.headers)?;
    let session = Session::begin(app, id, parts).await?;
    let settings = app.settings();
    let requests = match kind {
        Content::Json => body::json(body, settings).await?,
        Content::Multipart => {
            upload::check_preflight(&parts.headers)?;
            // Reject uploads early when the caller is not a member of the organization.
            session.context.access()?;
            Requests::Single(Box::new(
                upload::read(&parts.headers, body, settings).await?,
            ))
        }
    };
    Ok((requests, session))
}

/// The types of operation that a method allows.
#[derive(Clone, Copy)]
enum Allowed {
    Any,
    Queries,
}

impl Allowed {
    fn check(self, prepared: &Prepared) -> Result<(), Rejection> {
        match (self, prepared.operation()) {
            (Self::Any, _) | (Self::Queries, Some(OperationType::Query) | None) => Ok(()),
            (Self::Queries, Some(OperationType::Mutation | OperationType::Subscription)) => {
                let rejection = Rejection::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    ErrorCode::Invalid,
                    "Only queries can be sent by GET. Send this operation by POST.",
                );
                Err(rejection.with_header(header::ALLOW, HeaderValue::from_static("POST")))
            }
        }
    }
}

async fn respond(
    app: &App,
    session: Session,
    request: GraphqlRequest,
    allowed: Allowed,
    media: MediaType,
) -> Response {
    let tenant = session.tenant;
    match execute(app, session, request, allowed).await {
        Ok(mut response) => {
            let headers = std::mem::take(&mut response.http_headers);
            let written = media.write(&response, app.settings().max_response_bytes);
            let mut response = send(app, tenant, media, written);
            response.headers_mut().extend(headers);
            response
        }
        Err(rejection) => rejection.respond(media),
    }
}

/// Builds the HTTP response. Its body counts as unsent until the client has read it.
fn send(
    app: &App,
    tenant: Option<TenantId>,
    media: MediaType,
    (status, json): (StatusCode, Vec<u8>),
) -> Response {
    match app.unsent().count(tenant, json.len()) {
        Ok(share) => media.send(status, share.body(json)),
        Err(rejection) => rejection.respond(media),
    }
}

/// Executes a request. The headers of the response say what remains of the rate limit, or when to retry.
async fn execute(
    app: &App,
    session: Session,
    request: GraphqlRequest,
    allowed: Allowed,
) -> Result<GraphqlResponse, Rejection> {
    let prepared = match app.schema().prepare(request) {
        Ok(prepared) => prepared,
        Err(response) => return Ok(response),
    };
    allowed.check(&prepared)?;
    let permit = session.charge(app, &prepared)?;
    let mut response = app.schema().execute(prepared, session.context).await;
    let retry_after = error::retry_after(&response);
    let headers = &mut response.http_headers;
    headers.extend(retry_after.map(|wait| (header::RETRY_AFTER, wait)));
    if let Some(allowance) = permit.and_then(|permit| permit.allowance) {
        allowance.write_headers(headers);
    }
    Ok(response)
}
