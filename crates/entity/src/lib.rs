//! The rows of Outlay's tables, as data: one module a table, no behaviour.
//!
//! Entities of [`tenant`] carry a placeholder for their schema, which only a tenant's connection can replace: run
//! against any other connection, their statements fail.

mod id;
mod record;
pub mod shared;
pub mod tenant;
mod word;

pub use id::Id;
pub use record::{Cell, Columns, NotRead, Record, Table, Versioned, position};
