//! Documents: checked against limits, parsed and validated once, and cached.

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

/// The cache of valid documents, by their text.
pub(crate) struct Documents(Cache<Box<str>, Arc<Document>>);

impl Documents {
    pub(crate) fn new() -> Self {
        Self(Cache::new())
    }

    /// The cached document with this text.
    pub(crate) fn find(&self, text: &str) -> Option<Arc<Document>> {
        self.0.find(text)
    }

    /// Caches a valid document, with its fragments flattened for execution.
    pub(crate) fn keep(&self, text: String, document: &Document, types: &Types) {
        let parsed = flatten::flatten(&document.parsed, types);
        // Flattening can turn a short text into many fields.
        let grown = flatten::size(&parsed).saturating_sub(flatten::size(&document.parsed));
        let size = text.len() + grown * BYTES_PER_FIELD;
        let document = Document {
            parsed,
            introspects: document.introspects,
            not_null: document.not_null.clone(),
        };
        self.0.keep(text.into_boxed_str(), Arc::new(document), size);
    }
}

/// The approximate size of a field in the text of a document.
const BYTES_PER_FIELD: usize = 16;

/// A parsed document.
pub(crate) struct Document {
    parsed: ExecutableDocument,
    introspects: bool,
    /// The positions of nullable variables that do not accept null.
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
    /// Parses a text and checks the limits. async-graphql validates the document later.
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

    /// Whether the document selects introspection fields.
    pub(crate) fn introspects(&self) -> bool {
        self.introspects
    }

    /// Checks literal values and variable positions, as far as async-graphql's validation does not.
    ///
    /// # Errors
    /// One error for each value and each variable whose type does not match its position.
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
    /// that is missing afterwards has no value, and [`Self::executable`] removes the arguments and input fields that use it.
    ///
    /// # Errors
    /// One error for each invalid value.
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

    /// The cost of an operation with these variables.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` when the cost exceeds the limit.
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

    /// The document for async-graphql to validate. It differs where async-graphql rejects what the specification allows: a
    /// nullable variable for a non-null argument with a default.
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

    /// The document that executes an operation with coerced variables. It contains only this operation, without the
    /// arguments and input fields whose variable has no value. Fragments at the root of a subscription are replaced by the
    /// root field.
    ///
    /// # Errors
    /// `INVALID` when a subscription does not select exactly one field.
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
        absent::remove(declared, variables, &mut definition.node, &mut fragments);
        Ok(ExecutableDocument {
            operations: DocumentOperations::Single(definition),
            fragments,
        })
    }

    /// The operation with this name, or the only one; `None` when there is none, which execution reports.
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

/// Whether the request was executed: an error before execution has no path, and its response has no data.
#[must_use]
pub fn was_executed(response: &Response) -> bool {
    response.errors.is_empty()
        || response.data != Value::Null
        || response.errors.iter().any(|error| !error.path.is_empty())
}
