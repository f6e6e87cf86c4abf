//! Filter conditions shared by several nouns.

use async_graphql::{ID, InputObject};
use outlay_domain::{Error, Result, entity::Id};

use crate::{id, input::Parse, noun::Registered};

/// The maximum number of values in one condition.
const MAX_VALUES: usize = 100;

/// A condition on a global id.
#[derive(InputObject, Debug)]
pub struct IdFilter {
    /// One of these global ids, at most 100.
    r#in: Vec<ID>,
}

impl<N: Registered> Parse<Vec<Id<N>>> for IdFilter {
    fn parse(self, field: &str) -> Result<Vec<Id<N>>> {
        let path = format!("{field}.in");
        if self.r#in.len() > MAX_VALUES {
            return Err(Error::invalid(
                path,
                format!("At most {MAX_VALUES} values."),
            ));
        }
        self.r#in.iter().map(|id| id::parse(&path, id)).collect()
    }
}
