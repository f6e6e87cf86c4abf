//! The root field of a subscription (GraphQL, section 5.2.3.1), wherever fragments hide it. async-graphql subscribes to
//! the fields that the operation selects directly, and overlooks those in fragments.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value as ConstValue, Variables,
    parser::types::{Directive, Field, FragmentDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use outlay_domain::ErrorCode;

use crate::error::refusal;

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The same selection as one field, which selects what all fields of its response key select together.
///
/// # Errors
/// When it is not exactly one field, or one of introspection.
pub(super) fn root_field(
    selected: &SelectionSet,
    fragments: &Fragments,
    variables: &Variables,
) -> Result<SelectionSet, ServerError> {
    let mut collection = Collection {
        fragments,
        variables,
        spread: Vec::new(),
        fields: Vec::new(),
    };
    collection.set(selected);
    let mut fields = collection.fields.into_iter();
    let Some(mut root) = fields.next() else {
        return Err(invalid(
            "A subscription selects one field, and this one selects none.",
            None,
        ));
    };
    if root.node.name.node.starts_with("__") {
        let message = "A subscription selects a field of Subscription, not one of introspection.";
        return Err(invalid(message, Some(root.pos)));
    }
    for field in fields {
        if field.node.response_key().node != root.node.response_key().node {
            let message = "A subscription selects one field; send a subscription for each field.";
            return Err(invalid(message, Some(field.pos)));
        }
        let selection = field.node.selection_set.node.items;
        root.node.selection_set.node.items.extend(selection);
    }
    let pos = root.pos;
    Ok(SelectionSet {
        items: vec![Positioned::new(Selection::Field(root), pos)],
    })
}

/// The fields that a selection comes to, by the algorithm `CollectFields` (section 6.3.2).
struct Collection<'a> {
    fragments: &'a Fragments,
    variables: &'a Variables,
    /// The fragments whose fields have been collected.
    spread: Vec<&'a Name>,
    fields: Vec<Positioned<Field>>,
}

impl<'a> Collection<'a> {
    fn set(&mut self, set: &'a SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if self.includes(&field.node.directives) => {
                    self.fields.push(field.clone());
                }
                Selection::InlineFragment(fragment) if self.includes(&fragment.node.directives) => {
                    self.set(&fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) if self.includes(&spread.node.directives) => {
                    let name = &spread.node.fragment_name.node;
                    if !self.spread.contains(&name)
                        && let Some(fragment) = self.fragments.get(name)
                    {
                        self.spread.push(name);
                        self.set(&fragment.node.selection_set.node);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether neither `@skip` nor `@include` leaves it out.
    fn includes(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let directive = &directive.node;
            let included = match directive.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let condition = directive.get_argument("if").map(|value| &value.node);
            let condition = match condition {
                Some(Value::Boolean(condition)) => *condition,
                Some(Value::Variable(name)) => {
                    self.variables.get(name) == Some(&ConstValue::Boolean(true))
                }
                _ => false,
            };
            condition == included
        })
    }
}

fn invalid(message: &str, pos: Option<Pos>) -> ServerError {
    let mut error = refusal(ErrorCode::Invalid, message);
    error.locations.extend(pos);
    error
}
