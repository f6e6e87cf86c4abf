//! What one document may ask for, and how a refusal tells by how much it asked for more.

use async_graphql::ServerError;
use outlay_domain::ErrorCode;

use crate::error::refusal;

/// The most that one document may hold and one operation may cost. Fragments count wherever they are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Words, signs and strings of the text.
    pub tokens: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Fields, on all levels.
    pub fields: u64,
    /// Fields on the first level of an operation.
    pub root_fields: u64,
    /// Fields under another name than their own.
    pub aliases: u64,
    /// Directives on fields and fragments.
    pub directives: u64,
    /// What an operation costs with its variables; `docs/api.md` tells how that is counted.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tokens: 5_000,
            depth: 15,
            fields: 2_000,
            root_fields: 20,
            aliases: 50,
            directives: 50,
            cost: 5_000,
        }
    }
}

/// A limit by the name that clients read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) name: &'static str,
    /// What is counted, for people.
    pub(super) counted: &'static str,
    pub(super) maximum: u64,
}

impl Limit {
    /// Goes on only within the limit.
    pub(super) fn check(self, actual: u64) -> Result<(), ServerError> {
        if actual <= self.maximum {
            return Ok(());
        }
        let Self {
            name,
            counted,
            maximum,
        } = self;
        let message = format!("This document has {actual} {counted}; {maximum} at most.");
        let mut error = refusal(ErrorCode::LimitExceeded, message);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("limit", name);
        extensions.set("maximum", maximum);
        extensions.set("actual", actual);
        Err(error)
    }
}
