//! Checks literal values in a document against the types of their arguments (GraphQL, section 5.6.1), once for each
//! document. async-graphql's own validation accepts some invalid values, which then fail only when their field is executed.

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{
        Directive, ExecutableDocument, Field, Selection, SelectionSet, VariableDefinition,
    },
};
use async_graphql_value::Value;

use super::{
    input::Path,
    types::{InputFields, Types, root},
};

/// Checks every argument and the default of every variable. Validation reports unknown fields and arguments.
pub(super) fn check(types: &Types, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut check = Check {
        types,
        errors: Vec::new(),
    };
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        check.defaults(&operation.variable_definitions);
        check.directives(&operation.directives);
        check.set(root(operation.ty), &operation.selection_set.node);
    }
    for fragment in document.fragments.values() {
        let fragment = &fragment.node;
        check.directives(&fragment.directives);
        let ty = &fragment.type_condition.node.on.node;
        check.set(ty, &fragment.selection_set.node);
    }
    check.errors
}

struct Check<'a> {
    types: &'a Types,
    errors: Vec<ServerError>,
}

impl Check<'_> {
    fn defaults(&mut self, definitions: &[Positioned<VariableDefinition>]) {
        for definition in definitions {
            let VariableDefinition {
                name,
                var_type,
                directives,
                default_value,
            } = &definition.node;
            self.directives(directives);
            let Some(default) = default_value else {
                continue;
            };
            let (path, value) = (Path::Root(&name.node), default.node.clone().into_value());
            if let Err(wrong) = self.types.fits(&value, &var_type.node, &path) {
                self.errors
                    .push(wrong.into_error("Default of variable $", default.pos));
            }
        }
    }

    fn set(&mut self, ty: &str, set: &SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(ty, &field.node),
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    self.directives(&fragment.directives);
                    let condition = fragment.type_condition.as_ref();
                    let ty = condition.map_or(ty, |on| on.node.on.node.as_str());
                    self.set(ty, &fragment.selection_set.node);
                }
                Selection::FragmentSpread(spread) => self.directives(&spread.node.directives),
            }
        }
    }

    fn field(&mut self, ty: &str, field: &Field) {
        self.directives(&field.directives);
        let Some(known) = self.types.field(ty, &field.name.node) else {
            return;
        };
        self.arguments(&known.arguments, &field.arguments);
        if let Some(of) = &known.of {
            self.set(of, &field.selection_set.node);
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for directive in directives {
            let directive = &directive.node;
            if let Some(taken) = self.types.directive(&directive.name.node) {
                self.arguments(taken, &directive.arguments);
            }
        }
    }

    fn arguments(&mut self, taken: &InputFields, given: &[(Positioned<Name>, Positioned<Value>)]) {
        for (name, value) in given {
            let Some(argument) = taken.get(&name.node) else {
                continue;
            };
            let path = Path::Root(&name.node);
            if let Err(wrong) = self.types.fits(&value.node, &argument.ty, &path) {
                self.errors.push(wrong.into_error("Argument ", value.pos));
            }
        }
    }
}
