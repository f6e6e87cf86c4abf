//! The server `outlay`: HTTP, configuration and the command line over the GraphQL schema.
//!
//! A test, or any program that wants a server of its own, starts one in process, on a port that the system chooses:
//!
//! ```no_run
//! # async fn example(database: outlay_tenancy::DatabaseSettings) -> anyhow::Result<()> {
//! use outlay_server::{ServerSettings, start};
//!
//! let server = start(ServerSettings::default(), database).await?;
//! println!("{}", server.graphql_url());
//! server.stop().await
//! # }
//! ```
//!
//! Several may run on one database; each follows what the others change.

pub mod cli;

mod config;
mod connect;
mod connections;
mod demo;
mod http;
mod open_files;
mod progress;
mod report;
mod server;
mod shutdown;
mod telemetry;

pub use http::{App, HttpSettings, LiveSettings, Rate, RateLimits, router};
pub use open_files::allow_many_open_files;
pub use server::{Running, ServerSettings, close, serve, start};
