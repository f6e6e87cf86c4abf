//! `GET /graphql` in a browser: GraphiQL.

use async_graphql::http::GraphiQLSource;
use axum::{
    extract::{Request, State},
    response::{Html, IntoResponse, Response},
};

use super::{
    error::post_only,
    media::{MediaType, wants_html},
    tenant::by_host,
};
use crate::server::App;

pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(refusal) = by_host(&app, &parts).await {
        return refusal.respond(MediaType::accepted(&parts.headers));
    }
    if !wants_html(&parts.headers) {
        return post_only();
    }
    let page = GraphiQLSource::build().endpoint("/graphql").title("Outlay");
    Html(page.finish()).into_response()
}
