//! `POST /graphql`: one request, executed for whom its token names.

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use outlay_graphql::RequestContext;

use super::{
    body::{self, Content},
    error::Refusal,
    media::MediaType,
    request_id::RequestId,
    request_log,
    tenant::identify,
    upload,
};
use crate::server::App;

pub(super) async fn answer(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let media = MediaType::accepted(request.headers());
    match execute(&app, id, request).await {
        Ok(answer) => media.respond(None, &answer),
        Err(refusal) => refusal.respond(media),
    }
}

async fn execute(
    app: &App,
    id: RequestId,
    request: Request,
) -> Result<async_graphql::Response, Refusal> {
    let (parts, body) = request.into_parts();
    let kind = Content::of(&parts.headers)?;
    let identity = identify(app, &parts).await?;
    request_log::identified(&identity);
    let settings = app.settings();
    let (request, access) = match kind {
        Content::Json => {
            let request = body::json(body, settings.max_body_bytes).await?;
            (request, identity.access)
        }
        Content::Multipart => {
            upload::check_preflight(&parts.headers)?;
            // Whoever may not write is not worth a file.
            let access = identity.access?;
            let request = upload::read(&parts.headers, body, settings).await?;
            (request, Ok(access))
        }
    };
    let outlay = app.outlay().clone();
    let context = RequestContext::new(outlay, identity.caller, access, identity.named, id.0);
    Ok(app.schema().execute(request, context).await)
}
