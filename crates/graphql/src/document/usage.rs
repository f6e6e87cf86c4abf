//! Checks variable positions against the declared types of the variables (GraphQL, section 5.8.5), once for each document.
//! async-graphql's own rule wrongly rejects a nullable variable in a position with a default, and ignores the arguments of
//! directives.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value as ConstValue, Variables,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, OperationDefinition,
        Selection, SelectionSet, Type, VariableDefinition,
    },
};
use async_graphql_value::Value;

use super::{
    input::{InvalidValue, Path},
    types::{InputField, InputFields, InputType, Types, root},
};

/// The maximum number of errors for one document. Each operation is checked with every fragment that it spreads.
const MAX_ERRORS: usize = 100;

/// A nullable variable in a non-null position, which is allowed because the variable or the position has a default. An
/// explicit null is an error of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotNull {
    pub(super) operation: Option<Name>,
    pub(super) variable: Name,
    /// The path of the argument or input field.
    place: String,
    ty: String,
    pos: Pos,
}

impl NotNull {
    /// Returns an error if the variable is null.
    pub(super) fn check(&self, variables: &Variables) -> Option<ServerError> {
        if variables.get(&self.variable) != Some(&ConstValue::Null) {
            return None;
        }
        let Self {
            variable,
            place,
            ty,
            ..
        } = self;
        let message = format!(
            "${variable} is null, but the type is {ty}; omit the variable to use the default"
        );
        Some(InvalidValue::new(place.clone(), message).into_error("Argument ", self.pos))
    }
}

/// Checks every use of a variable. Validation reports undeclared variables, and variables in unknown fields and arguments.
pub(super) fn check(
    types: &Types,
    document: &ExecutableDocument,
) -> (Vec<NotNull>, Vec<ServerError>) {
    let (mut not_null, mut errors) = (Vec::new(), Vec::new());
    for (name, operation) in document.operations.iter() {
        let operation = &operation.node;
        let mut uses = Uses {
            types,
            document,
            name,
            declared: &operation.variable_definitions,
            spread: HashSet::new(),
            not_null: &mut not_null,
            errors: &mut errors,
        };
        uses.directives(&operation.directives);
        uses.set(Some(root(operation.ty)), &operation.selection_set.node);
    }
    (not_null, errors)
}

/// Changes the declared type of a variable to non-null.
pub(super) fn declare_not_null(
    operations: &mut DocumentOperations,
    operation: Option<&Name>,
    variable: &Name,
) {
    let operation: Option<&mut Positioned<OperationDefinition>> = match (operations, operation) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get_mut(name),
        _ => None,
    };
    let definitions = operation.map(|operation| &mut operation.node.variable_definitions);
    for definition in definitions.into_iter().flatten() {
        let definition = &mut definition.node;
        if definition.name.node == *variable {
            definition.var_type.node.nullable = false;
            // Null is not a valid default of a non-null type.
            definition.default_value = definition
                .default_value
                .take()
                .filter(|value| value.node != ConstValue::Null);
        }
    }
}

/// The position of a value: the type and the default that the schema declares.
#[derive(Clone, Copy)]
struct Location<'a> {
    ty: &'a Type,
    takes_null: bool,
    has_default: bool,
}

impl<'a> Location<'a> {
    /// An argument or a field of an input object.
    fn of(field: &'a InputField) -> Self {
        Self {
            ty: &field.ty,
            takes_null: field.ty.nullable,
            has_default: field.has_default,
        }
    }

    /// The only field of a `@oneOf` input object: a nullable variable is not allowed, because exactly one field must have a
    /// value.
    fn only(field: &'a InputField) -> Self {
        Self {
            takes_null: false,
            ..Self::of(field)
        }
    }

    fn item(ty: &'a Type) -> Self {
        Self {
            ty,
            takes_null: ty.nullable,
            has_default: false,
        }
    }
}

/// The uses of one operation's variables.
struct Uses<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    name: Option<&'a Name>,
    declared: &'a [Positioned<VariableDefinition>],
    /// The fragments that have been checked.
    spread: HashSet<&'a Name>,
    not_null: &'a mut Vec<NotNull>,
    errors: &'a mut Vec<ServerError>,
}

impl<'a> Uses<'a> {
    /// Checks a selection set on a type; `None` for an unknown type.
    fn set(&mut self, ty: Option<&'a str>, set: &'a SelectionSet) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.directives(&field.directives);
                    let known = ty.and_then(|ty| self.types.field(ty, &field.name.node));
                    if let Some(known) = known {
                        self.arguments(&known.arguments, &field.arguments);
                    }
                    let of = known.and_then(|known| known.of.as_deref());
                    self.set(of, &field.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    self.directives(&fragment.directives);
                    let condition = fragment.type_condition.as_ref();
                    let ty = condition.map_or(ty, |on| Some(on.node.on.node.as_str()));
                    self.set(ty, &fragment.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives);
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && self.spread.insert(name)
                    {
                        let fragment = &fragment.node;
                        self.directives(&fragment.directives);
                        let ty = fragment.type_condition.node.on.node.as_str();
                        self.set(Some(ty), &fragment.selection_set.node);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) {
        for directive in directives {
            let directive = &directive.node;
            if let Some(taken) = self.types.directive(&directive.name.node) {
                self.arguments(taken, &directive.arguments);
            }
        }
    }

    fn arguments(
        &mut self,
        taken: &InputFields,
        given: &'a [(Positioned<Name>, Positioned<Value>)],
    ) {
        for (name, value) in given {
            if let Some(argument) = taken.get(&name.node) {
                let path = Path::Root(&name.node);
                self.value(&value.node, Location::of(argument), &path, value.pos);
            }
        }
    }

    fn value(&mut self, value: &'a Value, at: Location<'_>, path: &Path<'_>, pos: Pos) {
        match (value, &at.ty.base) {
            (Value::Variable(name), _) => self.variable(name, at, path, pos),
            (Value::List(items), BaseType::List(item)) => {
                for (index, value) in items.iter().enumerate() {
                    let path = Path::Item(path, index);
                    self.value(value, Location::item(item), &path, pos);
                }
            }
            // A single value is coerced to a list of one item.
            (_, BaseType::List(item)) => self.value(value, Location::item(item), path, pos),
            (Value::Object(given), BaseType::Named(name)) => {
                let Some(InputType::Object { fields, one_of }) = self.types.input(name) else {
                    return;
                };
                for (name, value) in given {
                    let Some(field) = fields.get(name) else {
                        continue;
                    };
                    let at = if *one_of {
                        Location::only(field)
                    } else {
                        Location::of(field)
                    };
                    self.value(value, at, &Path::Field(path, name), pos);
                }
            }
            _ => {}
        }
    }

    fn variable(&mut self, variable: &Name, at: Location<'_>, path: &Path<'_>, pos: Pos) {
        let mut declared = self.declared.iter();
        let Some(definition) = declared.find(|one| one.node.name.node == *variable) else {
            return;
        };
        let (declared, default) = (
            &definition.node.var_type.node,
            &definition.node.default_value,
        );
        let may_be_null = declared.nullable && !at.takes_null;
        let has_default = at.has_default
            || default
                .as_ref()
                .is_some_and(|value| value.node != ConstValue::Null);
        let is_same = is_same(&declared.base, &at.ty.base);
        if is_same && !may_be_null {
            return;
        }
        if is_same && has_default {
            self.not_null(variable, at.ty, path, pos);
            return;
        }
        if self.errors.len() == MAX_ERRORS {
            return;
        }
        let ty = at.ty;
        let message = if is_same {
            format!("{ty} is required, but ${variable} of type {declared} may be null")
        } else {
            format!("the type is {ty}, but ${variable} is of type {declared}")
        };
        let mut error = path.error(message).into_error("Argument ", pos);
        error.locations.push(definition.pos);
        self.errors.push(error);
    }

    /// Stores the first position of a variable that does not accept null.
    fn not_null(&mut self, variable: &Name, ty: &Type, path: &Path<'_>, pos: Pos) {
        let operation = self.name;
        let is_known =
            |one: &NotNull| one.operation.as_ref() == operation && one.variable == *variable;
        if !self.not_null.iter().any(is_known) {
            self.not_null.push(NotNull {
                operation: operation.cloned(),
                variable: variable.clone(),
                place: path.to_string(),
                ty: ty.to_string(),
                pos,
            });
        }
    }
}

/// Whether the type of a variable is compatible with the type of its position (`AreTypesCompatible`).
fn is_compatible(variable: &Type, place: &Type) -> bool {
    (place.nullable || !variable.nullable) && is_same(&variable.base, &place.base)
}

/// The same, ignoring nullability at the outermost level.
fn is_same(variable: &BaseType, place: &BaseType) -> bool {
    match (variable, place) {
        (BaseType::List(variable), BaseType::List(place)) => is_compatible(variable, place),
        (BaseType::Named(variable), BaseType::Named(place)) => variable == place,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
