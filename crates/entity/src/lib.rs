//! The rows of Outlay's tables, as data: one module a table, no behaviour.
//!
//! Entities of [`tenant`] carry a placeholder for their schema, which only a tenant's connection can replace: run
//! against any other connection, their statements fail.

mod positional;
pub mod shared;
pub mod tenant;

pub use positional::{ByPosition, Cell, Positional};
