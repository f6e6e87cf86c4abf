//! Documents: within limits, parsed once and validated once, however often they come.

mod cache;
mod cost;
mod extent;
mod flatten;
mod input;
mod introspection;
mod limits;
mod literals;
mod persisted;
mod tokens;
mod types;
mod variables;

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition},
    },
};

use cache::Cache;
use extent::Extent;
use limits::Limit;

pub use limits::Limits;
pub(crate) use persisted::Persisted;
pub use persisted::{PERSISTED_QUERY, TrustedDocuments};
pub(crate) use types::Types;
pub(crate) use variables::check as check_variables;

/// Documents that were found valid, by their text.
pub(crate) struct Documents(Cache<Box<str>, Arc<Document>>);

impl Documents {
    pub(crate) fn new() -> Self {
        Self(Cache::new())
    }

    /// The document of this text, if it is known to be valid.
    pub(crate) fn find(&self, text: &str) -> Option<Arc<Document>> {
        self.0.find(text)
    }

    /// Keeps a document that was found valid, as it is best executed.
    pub(crate) fn keep(&self, text: String, document: &Document, types: &Types) {
        let parsed = flatten::flatten(&document.parsed, types);
        // A few letters of text may have become many fields.
        let grown = flatten::size(&parsed).saturating_sub(flatten::size(&document.parsed));
        let size = text.len() + grown * LETTERS_OF_A_FIELD;
        let document = Document {
            parsed,
            introspects: document.introspects,
        };
        self.0.keep(text.into_boxed_str(), Arc::new(document), size);
    }
}

/// What a field takes of a text, about.
const LETTERS_OF_A_FIELD: usize = 16;

/// A document, parsed.
pub(crate) struct Document {
    parsed: ExecutableDocument,
    introspects: bool,
}

impl Document {
    /// Reads it, within the limits; whether it makes sense is for validation to say.
    pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Self, ServerError> {
        tokens::check(text, limits.tokens)?;
        let parsed = parse_query(text)?;
        let extent = Extent::of(&parsed)?;
        extent.check(limits)?;
        Ok(Self {
            parsed,
            introspects: extent.introspects,
        })
    }

    /// Whether it asks for the schema itself.
    pub(crate) fn introspects(&self) -> bool {
        self.introspects
    }

    /// Checks the values that stand in it.
    ///
    /// # Errors
    /// One for each that does not fit its argument.
    pub(crate) fn check(&self, types: &Types) -> Result<(), Vec<ServerError>> {
        literals::check(types, &self.parsed)
    }

    /// What an operation costs with these variables.
    ///
    /// # Errors
    /// When that is more than an operation may cost.
    pub(crate) fn cost(
        &self,
        operation: &OperationDefinition,
        variables: &Variables,
        types: &Types,
        limits: &Limits,
    ) -> Result<u64, ServerError> {
        let cost = cost::cost(types, &self.parsed, operation, variables);
        let limit = Limit {
            name: "cost",
            counted: "points of cost with these variables",
            maximum: limits.cost,
        };
        limit.check(cost).map(|()| cost)
    }

    /// Gives the request its document, which then is not parsed again.
    pub(crate) fn give(&self, request: &mut Request) {
        request.set_parsed_query(self.parsed.clone());
    }

    /// The operation that is asked for by name, or the only one; none where execution will refuse.
    pub(crate) fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(operation), None) => Some(&operation.node),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name).map(|operation| &operation.node)
            }
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
                operations.values().next().map(|operation| &operation.node)
            }
            _ => None,
        }
    }
}

/// Whether the request was executed: an error from before that has no path and leaves no data.
#[must_use]
pub fn was_executed(response: &Response) -> bool {
    response.errors.is_empty()
        || response.data != Value::Null
        || response.errors.iter().any(|error| !error.path.is_empty())
}
