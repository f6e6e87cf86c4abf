//! The GraphQL schema: one module for each noun, with short resolvers that call the domain.
//!
//! A query reads one snapshot of one tenant through the loaders of its [`RequestContext`]. A mutation field is one
//! transaction; the fields of its payload are read from a new snapshot.

#![allow(
    clippy::unused_async,
    reason = "async-graphql requires async resolvers"
)]

mod account;
mod budget;
mod category;
mod connection;
mod context;
mod department;
mod directive;
mod document;
mod error;
mod execution;
mod expense;
mod filter;
mod id;
mod identity;
mod import;
mod input;
mod live;
mod member;
mod money;
mod node;
mod noun;
mod organization;
mod payload;
mod relation;
mod root;
mod scalar;
mod schema;
mod select;
mod upload;
mod value;

pub use context::RequestContext;
pub use document::{Limits, PERSISTED_QUERY, TrustedDocuments, was_executed};
pub use error::{ErrorCode, RETRY_AFTER, problem, refusal, whole_seconds};
pub use execution::{Execution, OutlaySchema, Prepared, SchemaSettings};
pub use noun::Kind;
pub use schema::sdl;
