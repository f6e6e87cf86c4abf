//! Arguments and input fields whose variable has no value. By the specification (sections 3.10 and 6.4.1) they are absent:
//! their own default applies, and an update leaves the field unchanged. async-graphql treats such a variable as null, so
//! this module removes them from the operation before it is executed.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        Directive, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        VariableDefinition,
    },
};
use async_graphql_value::Value;

/// Removes the arguments and input fields whose variable has no value from an operation and its fragments.
pub(super) fn remove(
    declared: &[Positioned<VariableDefinition>],
    variables: &Variables,
    operation: &mut OperationDefinition,
    fragments: &mut HashMap<Name, Positioned<FragmentDefinition>>,
) {
    let declared = declared.iter().map(|definition| &definition.node.name.node);
    let absent: Vec<_> = declared
        .filter(|name| !variables.contains_key(*name))
        .collect();
    if absent.is_empty() {
        return;
    }
    let absent = Absent(absent);
    absent.directives(&mut operation.directives);
    absent.set(&mut operation.selection_set.node);
    for fragment in fragments.values_mut() {
        absent.set(&mut fragment.node.selection_set.node);
    }
}

struct Absent<'a>(Vec<&'a Name>);

impl Absent<'_> {
    fn is(&self, value: &Value) -> bool {
        matches!(value, Value::Variable(name) if self.0.contains(&name))
    }

    fn set(&self, set: &mut SelectionSet) {
        for item in &mut set.items {
            match &mut item.node {
                Selection::Field(field) => {
                    let field = &mut field.node;
                    self.arguments(&mut field.arguments);
                    self.directives(&mut field.directives);
                    self.set(&mut field.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    self.directives(&mut fragment.node.directives);
                    self.set(&mut fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => self.directives(&mut spread.node.directives),
            }
        }
    }

    fn directives(&self, directives: &mut [Positioned<Directive>]) {
        for directive in directives {
            self.arguments(&mut directive.node.arguments);
        }
    }

    fn arguments(&self, arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>) {
        arguments.retain(|(_, value)| !self.is(&value.node));
        for (_, value) in arguments {
            self.value(&mut value.node);
        }
    }

    /// List items are kept: an item whose variable has no value is null.
    fn value(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => {
                fields.retain(|_, field| !self.is(field));
                fields.values_mut().for_each(|field| self.value(field));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{
        Variables,
        parser::types::{Field, Selection, SelectionSet},
    };
    use serde_json::{Value, json};

    use crate::document::{Document, Limits};

    /// The arguments of all fields, as text.
    fn arguments(set: &SelectionSet) -> String {
        let of = |field: &Field| {
            let given = field.arguments.iter();
            let given: Vec<_> = given
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            given.join(", ") + &arguments(&field.selection_set.node)
        };
        let items = set.items.iter();
        let items: Vec<_> = items
            .map(|item| match &item.node {
                Selection::Field(field) => of(&field.node),
                Selection::InlineFragment(inline) => arguments(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => String::new(),
            })
            .collect();
        items.join("; ")
    }

    fn executed(selected: &str, variables: Value) -> String {
        let text = format!(
            "query Other($a: Int) {{ f(a: $a) }} query Run($a: Int, $b: Int) {{ {selected} }} fragment F on Query {{ f(a: $a, b: $b) }}"
        );
        let document = Document::parse(&text, &Limits::default()).expect("a document");
        let operation = document.operation(Some("Run")).expect("the operation");
        let variables = Variables::from_json(variables);
        let executable = document.executable(operation, &variables);
        let executable = executable.expect("it is no subscription");
        assert_eq!(executable.operations.iter().len(), 1);
        let (_, operation) = executable.operations.iter().next().expect("an operation");
        let fragment = &executable.fragments["F"].node.selection_set.node;
        let operation = arguments(&operation.node.selection_set.node);
        format!("{operation} | {}", arguments(fragment))
    }

    #[test]
    fn what_stands_for_no_value_is_left_out_wherever_it_stands() {
        let none = json!({});
        let one = json!({ "b": null });
        for (selected, variables, expected) in [
            ("f(a: $a, b: $b)", &none, " | "),
            ("f(a: $a, b: $b)", &one, "b: $b | b: $b"),
            ("f(x: {a: $a, b: $b, c: 1})", &none, "x: {c: 1} | "),
            (
                "f(x: {y: {a: $a}, b: $b})",
                &one,
                "x: {y: {}, b: $b} | b: $b",
            ),
            (
                "f(x: [{a: $a, b: $b}, {c: {a: $a}}])",
                &one,
                "x: [{b: $b}, {c: {}}] | b: $b",
            ),
            // The item stays and is null: an item has no default and cannot be absent.
            (
                "f(x: [$a, 1], y: {z: [$a]})",
                &none,
                "x: [$a, 1], y: {z: [$a]} | ",
            ),
            (
                "... on Query { f(a: $a) { g(a: $a, b: 2) } } ...F",
                &none,
                "b: 2;  | ",
            ),
            ("f(c: 1, x: {d: RED})", &none, "c: 1, x: {d: RED} | "),
        ] {
            assert_eq!(
                executed(selected, variables.clone()),
                expected,
                "{selected} {variables}"
            );
        }
    }
}
