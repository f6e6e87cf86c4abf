//! The HTTP layer: GraphQL over HTTP, who asks and for which organization, and what an operator watches.

mod auth;
mod body;
mod error;
mod graphql;
mod health;
mod json;
mod jwks;
mod live;
mod media;
mod origin;
mod playground;
mod query;
mod rate;
mod request_id;
mod request_log;
mod session;
mod settings;
mod state;
mod tenant;
mod timeout;
mod unsent;
mod upload;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, SizeAbove},
    },
};

pub use live::streams::LiveSettings;
pub use rate::{Rate, RateLimits};
pub use settings::HttpSettings;
pub use state::App;

/// Everything that the server answers.
pub fn router(app: App) -> Router {
    Router::new()
        .route(
            "/graphql",
            post(graphql::post)
                .get(graphql::get)
                .layer(from_fn_with_state(app.clone(), live::negotiate)),
        )
        .route("/graphql/assets/{version}/{name}", get(playground::asset))
        .merge(live::routes())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/.well-known/jwks.json", get(jwks::show))
        .fallback(error::no_such_page)
        .method_not_allowed_fallback(error::no_such_method)
        .layer(compression())
        .layer(origin::allow(&app.settings().allowed_origins))
        // From the inside out: what goes wrong is answered in our own form, and every answer is logged.
        .layer(from_fn_with_state(app.clone(), timeout::limit))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(request_log::log))
        .with_state(app)
}

/// An answer of a few packets comes no sooner compressed, and compressing it takes a third of the time of a list.
const WORTH_COMPRESSING: u64 = 4 * 1024;

fn compression() -> CompressionLayer<impl Predicate> {
    let worth = DefaultPredicate::new().and(SizeAbove::new(WORTH_COMPRESSING));
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(worth)
}
