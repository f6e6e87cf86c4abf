//! The domain: the use cases of Outlay by noun, with their rules, roles and errors. It does not depend on GraphQL or
//! HTTP.
//!
//! Reads take a [`Context`], writes a [`WriteContext`]. Both prove the caller's membership and hold the only connection
//! to the tenant's rows. Every write is a [`Command`], which [`Outlay::execute`] runs once, in a transaction, with its
//! audit event.

pub mod account;
mod action;
pub mod budget;
mod bulk;
pub mod category;
mod clock;
pub mod department;
pub mod expense;
pub mod identity;
pub mod import;
pub mod live;
pub mod member;
pub mod noun;
pub mod organization;
pub mod page;
pub mod permission;
pub mod read;
pub mod value;

mod context;
mod error;
mod outlay;
mod write;

pub use action::Action;
pub use bulk::BulkLoad;
pub use clock::Clock;
pub use context::{Context, WriteContext};
pub use error::{Error, ErrorCode};
pub use outlay::{Outlay, Settings};
pub use outlay_entity as entity;
pub use outlay_tenancy as tenancy;
pub use write::{Command, Deletable, Delete, Deleted, IdempotencyKey, Subject};

/// A point in time in UTC.
pub type Time = chrono::DateTime<chrono::Utc>;

/// The result of use cases.
pub type Result<T> = std::result::Result<T, Error>;
