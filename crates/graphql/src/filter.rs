//! Conditions that several nouns filter by.

use async_graphql::{ID, InputObject};
use outlay_domain::{Error, Result};
use uuid::Uuid;

use crate::id::Kind;

/// The most values that one list of a filter holds.
const MAX_VALUES: usize = 100;

/// One of some rows.
#[derive(InputObject, Debug)]
pub struct IdFilter {
    /// One of these global ids, up to 100.
    r#in: Vec<ID>,
}

impl IdFilter {
    /// The rows that the filter's `field` names, which must be of this kind.
    pub(crate) fn parse(&self, kind: Kind, field: &str) -> Result<Vec<Uuid>> {
        let path = format!("{field}.in");
        if self.r#in.len() > MAX_VALUES {
            return Err(Error::invalid(
                path,
                format!("{MAX_VALUES} values at most."),
            ));
        }
        kind.parse_all(&path, &self.r#in)
    }
}
