//! Documents: within limits, parsed once and validated once, however often they come.

mod cache;
mod cost;
mod extent;
mod limits;
mod persisted;
mod tokens;
mod variables;

use std::sync::Arc;

use async_graphql::{
    Request, Response, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{
            DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
        },
    },
};

use cache::Cache;
use extent::Extent;
use limits::Limit;

pub(crate) use cost::Prices;
pub use limits::Limits;
pub(crate) use persisted::Persisted;
pub use persisted::{PERSISTED_QUERY, TrustedDocuments};
pub(crate) use variables::InputTypes;

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

    /// Keeps a document that was found valid.
    pub(crate) fn keep(&self, text: String, document: Arc<Document>) {
        let size = text.len();
        self.0.keep(text.into_boxed_str(), document, size);
    }
}

/// A document, parsed.
pub(crate) struct Document {
    parsed: ExecutableDocument,
    /// Whether a variable stands inside a list or an object: validation looks at such an argument only when all its
    /// variables are given.
    nests_variables: bool,
    introspects: bool,
}

impl Document {
    /// Reads it, within the limits; whether it makes sense is for validation to say.
    pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Self, ServerError> {
        tokens::check(text, limits.tokens)?;
        let parsed = parse_query(text)?;
        let extent = Extent::of(&parsed)?;
        extent.check(limits)?;
        let nests_variables = nests_variables(&parsed);
        Ok(Self {
            parsed,
            nests_variables,
            introspects: extent.introspects,
        })
    }

    /// Whether it asks for the schema itself.
    pub(crate) fn introspects(&self) -> bool {
        self.introspects
    }

    /// What an operation costs with these variables.
    ///
    /// # Errors
    /// When that is more than an operation may cost.
    pub(crate) fn cost(
        &self,
        operation: &OperationDefinition,
        variables: &Variables,
        prices: &Prices,
        limits: &Limits,
    ) -> Result<u64, ServerError> {
        let cost = prices.cost(&self.parsed, operation, variables);
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

    /// Whether what validation finds with these variables is what it would find with any.
    pub(crate) fn is_settled_by(&self, variables: &Variables) -> bool {
        let mut definitions = self
            .parsed
            .operations
            .iter()
            .flat_map(|(_, operation)| &operation.node.variable_definitions);
        let mut all_given = || definitions.all(|one| variables.contains_key(&one.node.name.node));
        !self.nests_variables || all_given()
    }
}

fn nests_variables(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter();
    let operations = operations.map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values();
    let fragments = fragments.map(|fragment| &fragment.node.selection_set.node);
    let mut left: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = left.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let nests = field.node.arguments.iter().any(|(_, value)| {
                        // It holds a variable, and its text is not that of one.
                        value.node.clone().into_const().is_none()
                            && !value.node.to_string().starts_with('$')
                    });
                    if nests {
                        return true;
                    }
                    left.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    left.push(&fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}

/// Whether the request was executed: an error from before that has no path and leaves no data.
#[must_use]
pub fn was_executed(response: &Response) -> bool {
    response.errors.is_empty()
        || response.data != Value::Null
        || response.errors.iter().any(|error| !error.path.is_empty())
}
