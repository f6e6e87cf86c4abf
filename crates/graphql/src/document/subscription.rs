//! The root field of a subscription (GraphQL, section 5.2.3.1). async-graphql subscribes only to the fields that the
//! operation selects directly, and ignores those in fragments.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value as ConstValue, Variables,
    parser::types::{Directive, Field, FragmentDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use outlay_domain::ErrorCode;

use crate::error::refusal;

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Collects the root field, and merges the selection sets of all fields with its response key.
///
/// # Errors
/// `INVALID` when the selection set is not exactly one field, or is an introspection field.
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
            "A subscription must select exactly one field; this one selects none.",
            None,
        ));
    };
    if root.node.name.node.starts_with("__") {
        let message =
            "A subscription must select a field of Subscription, not an introspection field.";
        return Err(invalid(message, Some(root.pos)));
    }
    for field in fields {
        if field.node.response_key().node != root.node.response_key().node {
            let message =
                "A subscription must select exactly one field; send a subscription for each field.";
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

/// The fields of a selection set, collected by the algorithm `CollectFields` (section 6.3.2).
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

    /// Whether `@skip` and `@include` include the selection.
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

#[cfg(test)]
mod tests {
    use async_graphql::{
        Variables,
        parser::types::{Selection, SelectionSet},
    };
    use serde_json::{Value, json};

    use crate::document::{Document, Limits};

    /// The response keys of a selection set, with their subfields.
    fn names(set: &SelectionSet) -> String {
        let items = set.items.iter().map(|item| match &item.node {
            Selection::Field(field) => {
                let field = &field.node;
                let key = &field.response_key().node;
                let selected = names(&field.selection_set.node);
                if selected.is_empty() {
                    key.to_string()
                } else {
                    format!("{key} {{ {selected} }}")
                }
            }
            _ => "a fragment".to_owned(),
        });
        items.collect::<Vec<_>>().join(" ")
    }

    fn root(selected: &str, variables: Value) -> Result<String, String> {
        let text = format!(
            "subscription($v: Boolean) {{ {selected} }} fragment F on Subscription {{ a {{ b }} ...G }} fragment G on Subscription {{ ... {{ a {{ c }} }} }}"
        );
        let document = Document::parse(&text, &Limits::default()).expect("a document");
        let operation = document.operation(None).expect("the operation");
        let executable = document.executable(operation, &Variables::from_json(variables));
        let executable = executable.map_err(|error| error.message)?;
        let (_, operation) = executable.operations.iter().next().expect("an operation");
        Ok(names(&operation.node.selection_set.node))
    }

    #[test]
    fn one_root_field_is_found_in_fragments() {
        for (selected, expected) in [
            ("a { b }", "a { b }"),
            ("a: x { b }", "a { b }"),
            ("... on Subscription { a { b } }", "a { b }"),
            ("... { ... { a { b } } }", "a { b }"),
            ("...G", "a { c }"),
            ("...F ...F", "a { b c }"),
            ("a { b } ...F", "a { b b c }"),
            ("a { b } x @include(if: $v) { d }", "a { b }"),
            ("a { b } x @skip(if: true) { d }", "a { b }"),
            (
                "... @include(if: $v) { x { d } } ...G @skip(if: $v)",
                "a { c }",
            ),
        ] {
            let root = root(selected, json!({ "v": false }));
            assert_eq!(root.as_deref(), Ok(expected), "{selected}");
        }
    }

    #[test]
    fn more_or_less_than_one_root_field_is_an_error() {
        for (selected, message) in [
            ("a { b } c", "send a subscription for each field"),
            ("a: x { b } x { b }", "send a subscription for each field"),
            ("...F c", "send a subscription for each field"),
            (
                "a { b } x @include(if: $v) { d }",
                "send a subscription for each field",
            ),
            ("a @skip(if: $v) { b }", "selects none"),
            ("__typename", "introspection"),
            ("... { t: __typename }", "introspection"),
        ] {
            let error = root(selected, json!({ "v": true })).expect_err("it is refused");
            assert!(error.contains(message), "{selected}: {error}");
        }
    }
}
