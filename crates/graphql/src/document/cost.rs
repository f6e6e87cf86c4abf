//! What an operation costs before it runs: the weights of its fields (`@cost` in the schema), times the sizes of the
//! lists that they stand in. After the static analysis of the GraphQL Cost Directives specification.

use std::collections::HashMap;

use async_graphql::{
    Name, Value, Variables,
    parser::types::{
        BaseType, ExecutableDocument, Field, FieldDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet, ServiceDocument, Type, TypeKind, TypeSystemDefinition,
    },
};
use outlay_domain::page::MAX_PAGE;

/// What a field of `Mutation` weighs, where the schema does not say: a transaction, and a fresh snapshot after it.
const MUTATION: u64 = 10;

/// What each field of each type costs.
pub(crate) struct Prices(HashMap<Name, HashMap<Name, Price>>);

struct Price {
    weight: u64,
    /// The type that it answers, where that has fields.
    of: Option<Name>,
    is_list: bool,
}

impl Prices {
    /// Those of a schema.
    pub(crate) fn of(schema: &ServiceDocument) -> Self {
        let definitions = schema.definitions.iter();
        let composite: HashMap<_, _> = definitions
            .filter_map(|definition| {
                let TypeSystemDefinition::Type(ty) = definition else {
                    return None;
                };
                let fields = match &ty.node.kind {
                    TypeKind::Object(ty) => &ty.fields,
                    TypeKind::Interface(ty) => &ty.fields,
                    _ => return None,
                };
                Some((&ty.node.name.node, fields))
            })
            .collect();
        let prices = composite.iter().map(|(name, fields)| {
            let price =
                |field: &FieldDefinition| Price::of(name, field, |of| composite.contains_key(of));
            let fields = fields
                .iter()
                .map(|field| (field.node.name.node.clone(), price(&field.node)));
            (Name::clone(name), fields.collect())
        });
        Self(prices.collect())
    }

    /// The cost of an operation with these variables.
    pub(super) fn cost(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> u64 {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let bill = Bill {
            prices: self,
            document,
            operation,
            variables,
        };
        bill.set(root, &operation.selection_set.node, 1)
    }
}

impl Price {
    fn of(parent: &Name, field: &FieldDefinition, is_composite: impl Fn(&Name) -> bool) -> Self {
        let (name, is_list) = named(&field.ty.node);
        let of = is_composite(name).then(|| name.clone());
        let mut directives = field.directives.iter();
        let given = directives
            .find(|one| one.node.name.node == "cost")
            .and_then(|cost| match &cost.node.get_argument("weight")?.node {
                Value::String(weight) => weight.parse().ok(),
                _ => None,
            });
        let usual = match (&of, parent.as_str()) {
            (_, "Mutation") => MUTATION,
            (Some(_), _) => 1,
            (None, _) => 0,
        };
        Self {
            weight: given.unwrap_or(usual),
            of,
            is_list,
        }
    }
}

fn named(ty: &Type) -> (&Name, bool) {
    match &ty.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(item) => (named(item).0, true),
    }
}

struct Bill<'a> {
    prices: &'a Prices,
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
        let price = self.prices.0.get(ty);
        let Some(price) = price.and_then(|fields| fields.get(&field.name.node)) else {
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
