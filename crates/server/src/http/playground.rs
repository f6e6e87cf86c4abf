//! `GET /graphql` in a browser: GraphiQL.

use async_graphql::http::GraphiQLSource;
use axum::response::{Html, IntoResponse, Response};

pub(super) fn page() -> Response {
    let page = GraphiQLSource::build().endpoint("/graphql").title("Outlay");
    Html(page.finish()).into_response()
}
