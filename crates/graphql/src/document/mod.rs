//! Documents: within limits, parsed once and validated once, however often they come.

mod absent;
mod cache;
mod cost;
mod credential;
mod extent;
mod flatten;
mod input;
mod introspection;
mod limits;
mod literals;
mod persisted;
mod subscription;
mod tokens;
mod types;
mod usage;
mod variables;

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Response, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};

use cache::Cache;
use extent::Extent;
use limits::Limit;
use usage::NotNull;

pub(crate) use credential::Credentials;
pub use limits::Limits;
pub(crate) use persisted::Persisted;
pub use persisted::{PERSISTED_QUERY, TrustedDocuments};
pub(crate) use types::Types;

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
            not_null: document.not_null.clone(),
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
    /// Where a variable that may be null stands for a value that may not.
    not_null: Vec<NotNull>,
}

/// One operation of a document.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    name: Option<&'a Name>,
    definition: &'a Positioned<OperationDefinition>,
}

impl Operation<'_> {
    pub(crate) fn ty(&self) -> OperationType {
        self.definition.node.ty
    }
}

impl Document {
    /// Parses a text within the limits; validation is left to async-graphql.
    pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Self, ServerError> {
        tokens::check(text, limits.tokens)?;
        let parsed = parse_query(text)?;
        let extent = Extent::of(&parsed)?;
        extent.check(limits)?;
        Ok(Self {
            parsed,
            introspects: extent.introspects,
            not_null: Vec::new(),
        })
    }

    /// Whether it asks for the schema itself.
    pub(crate) fn introspects(&self) -> bool {
        self.introspects
    }

    /// Checks its values and the positions of its variables, as far as async-graphql's validation does not.
    ///
    /// # Errors
    /// One for each value and each variable that does not fit where it stands.
    pub(crate) fn check(&mut self, types: &Types) -> Result<(), Vec<ServerError>> {
        let mut errors = literals::check(types, &self.parsed);
        let (not_null, misplaced) = usage::check(types, &self.parsed);
        errors.extend(misplaced);
        self.not_null = not_null;
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// Coerces the variables of one request (GraphQL, section 6.1.2): checks the values and adds the defaults. A variable
    /// that is missing afterwards has no value, and [`Self::executable`] leaves out what it stands for.
    ///
    /// # Errors
    /// One for each value that does not fit.
    pub(crate) fn coerce(
        &self,
        operation: Operation<'_>,
        variables: &mut Variables,
        types: &Types,
    ) -> Result<(), Vec<ServerError>> {
        let definitions = &operation.definition.node.variable_definitions;
        variables::check(types, definitions, variables)?;
        let not_null = self.not_null.iter();
        let not_null = not_null.filter(|one| one.operation.as_ref() == operation.name);
        let errors: Vec<_> = not_null.filter_map(|one| one.check(variables)).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        variables::add_defaults(definitions, variables);
        Ok(())
    }

    /// What an operation costs with these variables.
    ///
    /// # Errors
    /// When that is more than an operation may cost.
    pub(crate) fn cost(
        &self,
        operation: Operation<'_>,
        variables: &Variables,
        types: &Types,
        limits: &Limits,
    ) -> Result<u64, ServerError> {
        let operation = &operation.definition.node;
        let cost = cost::cost(types, &self.parsed, operation, variables);
        let limit = Limit {
            name: "cost",
            counted: "points of cost with these variables",
            maximum: limits.cost,
        };
        limit.check(cost).map(|()| cost)
    }

    /// The document for async-graphql to validate. It differs where that rejects what the specification allows: a
    /// variable that may be null, for an argument that may not and has a default.
    pub(crate) fn to_validate(&self) -> ExecutableDocument {
        let mut document = self.parsed.clone();
        for NotNull {
            operation,
            variable,
            ..
        } in &self.not_null
        {
            usage::declare_not_null(&mut document.operations, operation.as_ref(), variable);
        }
        document
    }

    /// The document that executes an operation with coerced variables: the operation alone, without the arguments and
    /// input fields whose variable has no value, and in a subscription with its root field in place of the fragments
    /// around it.
    ///
    /// # Errors
    /// When a subscription does not select exactly one field.
    pub(crate) fn executable(
        &self,
        operation: Operation<'_>,
        variables: &Variables,
    ) -> Result<ExecutableDocument, ServerError> {
        let mut definition = operation.definition.clone();
        let mut fragments = self.parsed.fragments.clone();
        if operation.ty() == OperationType::Subscription {
            let selected = &mut definition.node.selection_set.node;
            *selected = subscription::root_field(selected, &fragments, variables)?;
        }
        let declared = &operation.definition.node.variable_definitions;
        absent::leave_out(declared, variables, &mut definition.node, &mut fragments);
        Ok(ExecutableDocument {
            operations: DocumentOperations::Single(definition),
            fragments,
        })
    }

    /// The operation of this name, or the only one; none where execution will report that.
    pub(crate) fn operation(&self, name: Option<&str>) -> Option<Operation<'_>> {
        let named = |(name, definition)| Operation {
            name: Some(name),
            definition,
        };
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(definition), None) => Some(Operation {
                name: None,
                definition,
            }),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get_key_value(name).map(named)
            }
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
                operations.iter().next().map(named)
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
