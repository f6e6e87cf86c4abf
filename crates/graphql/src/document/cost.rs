//! The cost of an operation, computed before execution: the weights of its fields (`@cost` in the schema), multiplied by the
//! sizes of the lists that contain them (`@listSize`). It follows the static analysis of the GraphQL Cost Directives
//! specification.
//!
//! Scalar values cost a tenth of a point, so that the cost bounds the size of the response and the memory to compute it.

use async_graphql::{
    Name, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use outlay_domain::page::MAX_PAGE;

use super::types::{OutputField, POINT, Types, VALUE, root};

/// The cost of an operation with these variables, in points, rounded up.
pub(super) fn cost(
    types: &Types,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> u64 {
    let analysis = Analysis {
        types,
        document,
        operation,
        variables,
    };
    let cost = analysis.set(root(operation.ty), &operation.selection_set.node, MAX_PAGE);
    cost.div_ceil(POINT)
}

struct Analysis<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
}

impl Analysis<'_> {
    /// The cost of a selection set on one object of a type. `page` is the size of its lists without a size of their own,
    /// such as the `edges` and `nodes` of a connection.
    fn set(&self, ty: &str, set: &SelectionSet, page: u64) -> u64 {
        let items = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => self.field(ty, &field.node, page),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let ty = condition.map_or(ty, |on| on.node.on.node.as_str());
                self.set(ty, &fragment.node.selection_set.node, page)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| {
                    let ty = fragment.node.type_condition.node.on.node.as_str();
                    self.set(ty, &fragment.node.selection_set.node, page)
                })
            }
        });
        items.fold(0, u64::saturating_add)
    }

    fn field(&self, ty: &str, field: &Field, page: u64) -> u64 {
        let set = &field.selection_set.node;
        let introspected = self.types.introspected();
        match field.name.node.as_str() {
            "__typename" => return VALUE,
            "__schema" => return introspected.schema(set, self.document),
            "__type" => {
                let name = match self.argument(field, "name") {
                    Some(Value::String(name)) => Name::new(name),
                    // Validation rejects it.
                    _ => return VALUE,
                };
                return introspected.ty(&name, set, self.document);
            }
            _ => {}
        }
        let Some(output) = self.types.field(ty, &field.name.node) else {
            // Validation rejects a field that does not exist.
            return VALUE;
        };
        let size = self.size(field, output);
        let (times, page) = if output.is_list {
            (size.unwrap_or(page), MAX_PAGE)
        } else {
            (1, size.unwrap_or(MAX_PAGE))
        };
        let inner = output.of.as_ref();
        let inner = inner.map_or(0, |of| self.set(of, set, page));
        times.saturating_mul(output.weight.saturating_add(inner))
    }

    /// The size of the list that a field returns, or of the lists in the object that it returns: from its arguments, else
    /// from `@listSize`.
    fn size(&self, field: &Field, output: &OutputField) -> Option<u64> {
        // The field rejects more than the maximum with a better message than the cost limit.
        let maximum = output.list_size.unwrap_or(MAX_PAGE);
        let asked =
            ["first", "last"]
                .into_iter()
                .find_map(|name| match self.argument(field, name)? {
                    Value::Number(number) => number.as_u64().map(|rows| rows.min(maximum)),
                    _ => None,
                });
        let ids = || match self.argument(field, "ids")? {
            Value::List(ids) => Some(ids.len() as u64),
            _ => None,
        };
        asked.or_else(ids).or(output.list_size)
    }

    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let given = &field.get_argument(name)?.node;
        let value = given.clone().into_const_with(|variable| {
            let definitions = &mut self.operation.variable_definitions.iter();
            let definition = definitions.find(|one| one.node.name.node == variable);
            let default =
                definition.and_then(|one| Some(one.node.default_value.as_ref()?.node.clone()));
            Ok::<_, ()>(
                self.variables
                    .get(&variable)
                    .cloned()
                    .or(default)
                    .unwrap_or_default(),
            )
        });
        value.ok()
    }
}

#[cfg(test)]
mod tests;
