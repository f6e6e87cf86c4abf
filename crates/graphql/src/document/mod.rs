//! Documents: parsed once and validated once, however often they come.

mod cache;
mod nesting;
mod variables;

use async_graphql::{
    Request, Response, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{
            DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
        },
    },
};

pub(crate) use cache::Documents;
pub(crate) use variables::InputTypes;

/// A document, parsed.
pub(crate) struct Document {
    parsed: ExecutableDocument,
    /// Whether a variable stands inside a list or an object: validation looks at such an argument only when all its
    /// variables are given.
    nests_variables: bool,
}

impl Document {
    /// Reads it; whether it makes sense is for validation to say.
    pub(crate) fn parse(text: &str) -> Result<Self, ServerError> {
        nesting::check(text)?;
        let parsed = parse_query(text)?;
        let nests_variables = nests_variables(&parsed);
        Ok(Self {
            parsed,
            nests_variables,
        })
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
