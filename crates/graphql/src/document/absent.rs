//! Arguments and input fields whose variable has no value. By the specification (sections 3.10 and 6.4.1) they are absent:
//! their own default applies, and an update leaves the field unchanged. async-graphql reads such a variable as null, so
//! they are removed from the operation before it is executed.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        Directive, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        VariableDefinition,
    },
};
use async_graphql_value::Value;

/// Removes from an operation and its fragments whatever stands for a variable without a value.
pub(super) fn leave_out(
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

    /// An item of a list stays: without a value it is null.
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
