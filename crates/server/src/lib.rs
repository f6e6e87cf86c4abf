//! The server `outlay`: HTTP, configuration and the command line over the GraphQL schema.
//!
//! Imports point one way: the command line ([`cli`]) uses the server, the server uses `http`, and `http` uses the GraphQL
//! schema and the domain.
//!
//! A program can start a server in its own process, on a port that the system chooses:
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
//! Several servers can run on one database. Each is notified of the others' changes.

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
