//! What an operation costs before it runs: the weights of its fields (`@cost` in the schema), times the sizes of the
//! lists that they stand in. After the static analysis of the GraphQL Cost Directives specification.

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use outlay_domain::page::MAX_PAGE;

use super::types::{Types, root};

/// The cost of an operation with these variables.
pub(super) fn cost(
    types: &Types,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> u64 {
    let bill = Bill {
        types,
        document,
        operation,
        variables,
    };
    bill.set(root(operation.ty), &operation.selection_set.node, 1)
}

struct Bill<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
}

impl Bill<'_> {
    /// What these selections on a type cost once. `page` is how many rows the lists among them have that do not say so
    /// themselves: the `edges` and `nodes` of a connection.
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
        let Some(price) = self.types.field(ty, &field.name.node) else {
            // Introspection, which has a limit of its own, or a field that there is not.
            return 0;
        };
        let own = self.size(field);
        let (times, page) = if price.is_list {
            (own.unwrap_or(page), 1)
        } else {
            (1, own.unwrap_or(1))
        };
        let inner = price.of.as_ref();
        let inner = inner.map_or(0, |of| self.set(of, &field.selection_set.node, page));
        times.saturating_mul(price.weight.saturating_add(inner))
    }

    /// How many rows a field's arguments ask for.
    fn size(&self, field: &Field) -> Option<u64> {
        let rows =
            ["first", "last"]
                .into_iter()
                .find_map(|name| match self.argument(field, name)? {
                    Value::Number(number) => number.as_u64().map(|rows| rows.min(MAX_PAGE)),
                    _ => None,
                });
        rows.or_else(|| match self.argument(field, "ids")? {
            Value::List(ids) => Some(ids.len() as u64),
            _ => None,
        })
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
