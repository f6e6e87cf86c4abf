//! Limits of one document and one operation, and the error when a limit is exceeded.

use async_graphql::ServerError;
use outlay_domain::ErrorCode;

use crate::error::refusal;

/// The limits of one document, and of the cost of one operation. A fragment counts at each spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tokens of the text.
    pub tokens: u64,
    /// Nesting levels of fields.
    pub depth: u64,
    /// Fields, on all levels.
    pub fields: u64,
    /// Fields on the first level of an operation.
    pub root_fields: u64,
    /// Fields with an alias.
    pub aliases: u64,
    /// Directives on fields and fragments.
    pub directives: u64,
    /// Cost of an operation with its variables, in points; see `docs/api.md`.
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

/// A limit, with the name in the extensions of the error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) name: &'static str,
    /// The counted items, for the message.
    pub(super) counted: &'static str,
    pub(super) maximum: u64,
}

impl Limit {
    /// Checks a number against the limit.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, with the limit, the maximum and the actual number.
    pub(super) fn check(self, actual: u64) -> Result<(), ServerError> {
        if actual <= self.maximum {
            return Ok(());
        }
        let Self {
            name,
            counted,
            maximum,
        } = self;
        let message = format!("This document has {actual} {counted}; the maximum is {maximum}.");
        let mut error = refusal(ErrorCode::LimitExceeded, message);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("limit", name);
        extensions.set("maximum", maximum);
        extensions.set("actual", actual);
        Err(error)
    }
}
