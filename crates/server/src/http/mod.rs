//! The HTTP layer: GraphQL over HTTP, WebSocket and server-sent events, authentication, limits, and health checks.

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

/// Builds the router with all routes and layers of the server.
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
        .fallback(error::page_not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(compression())
        .layer(origin::allow(&app.settings().allowed_origins))
        // From the inside out: failures become GraphQL errors, and every response is logged.
        .layer(from_fn_with_state(app.clone(), timeout::limit))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(request_log::log))
        .with_state(app)
}

/// Smaller responses are not compressed: they fit a few packets, and compressing one takes a third of the time of a list.
const MIN_COMPRESSED_SIZE: u64 = 4 * 1024;

fn compression() -> CompressionLayer<impl Predicate> {
    let predicate = DefaultPredicate::new().and(SizeAbove::new(MIN_COMPRESSED_SIZE));
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(predicate)
}
