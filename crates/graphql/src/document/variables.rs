//! Variables against the types that a document declares for them (GraphQL, section 6.1.2).

use std::collections::{HashMap, HashSet};

use async_graphql::{
    ErrorExtensionValues, Name, Positioned, ServerError, Value, Variables,
    parser::types::{
        BaseType, InputObjectType, OperationDefinition, ServiceDocument, Type, TypeKind,
        TypeSystemDefinition, VariableDefinition,
    },
};

/// The types that a variable can have, by name.
pub(crate) struct InputTypes(HashMap<Name, InputType>);

enum InputType {
    Enum(HashSet<Name>),
    Object {
        fields: HashMap<Name, Field>,
        /// Exactly one field is given, and is not null.
        one_of: bool,
    },
}

struct Field {
    ty: Type,
    has_default: bool,
}

/// What is wrong with a value, and where in it.
struct Wrong {
    path: String,
    message: String,
}

impl InputTypes {
    /// Those of a schema.
    pub(crate) fn of(schema: &ServiceDocument) -> Self {
        let definitions = schema.definitions.iter();
        let types = definitions.filter_map(|definition| {
            let TypeSystemDefinition::Type(ty) = definition else {
                return None;
            };
            let mut directives = ty.node.directives.iter();
            let one_of = directives.any(|directive| directive.node.name.node == "oneOf");
            let kind = match &ty.node.kind {
                TypeKind::Enum(ty) => InputType::Enum(
                    ty.values
                        .iter()
                        .map(|one| one.node.value.node.clone())
                        .collect(),
                ),
                TypeKind::InputObject(ty) => object(ty, one_of),
                _ => return None,
            };
            Some((ty.node.name.node.clone(), kind))
        });
        Self(types.collect())
    }

    /// Checks the variables of one request.
    ///
    /// Values of the schema's own scalars are left to those: they know better what is wrong.
    pub(crate) fn check(
        &self,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Result<(), Vec<ServerError>> {
        let definitions = operation.variable_definitions.iter();
        let errors: Vec<_> = definitions
            .filter_map(|definition| {
                let wrong = self.check_one(&definition.node, variables).err()?;
                Some(error(definition, wrong))
            })
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn check_one(&self, definition: &VariableDefinition, given: &Variables) -> Result<(), Wrong> {
        let (name, ty) = (&definition.name.node, &definition.var_type.node);
        match given.get(name) {
            Some(value) => self.fits(value, ty, &Path::Variable(name)),
            None if ty.nullable || definition.default_value.is_some() => Ok(()),
            None => Err(Path::Variable(name).wrong(format!("{ty} is required"))),
        }
    }

    fn fits(&self, value: &Value, ty: &Type, path: &Path<'_>) -> Result<(), Wrong> {
        match (value, &ty.base) {
            (Value::Null, _) if ty.nullable => Ok(()),
            (Value::Null, _) => Err(path.wrong(format!("{ty} is required, and null is none"))),
            (Value::List(items), BaseType::List(item)) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, value)| self.fits(value, item, &Path::Item(path, index))),
            // One value stands for a list of itself.
            (value, BaseType::List(item)) => self.fits(value, item, path),
            (value, BaseType::Named(name)) => self.fits_named(value, name, path),
        }
    }

    fn fits_named(&self, value: &Value, name: &Name, path: &Path<'_>) -> Result<(), Wrong> {
        match (self.0.get(name), value) {
            (Some(InputType::Object { fields, one_of }), Value::Object(given)) => {
                if let Some(unknown) = given.keys().find(|field| !fields.contains_key(*field)) {
                    return Err(path.wrong(format!("{name} has no field {unknown}")));
                }
                if *one_of && (given.len() != 1 || given.values().any(|one| *one == Value::Null)) {
                    return Err(path.wrong(format!("{name} takes exactly one of its fields")));
                }
                fields
                    .iter()
                    .try_for_each(|(field, Field { ty, has_default })| {
                        let path = Path::Field(path, field);
                        match given.get(field) {
                            Some(value) => self.fits(value, ty, &path),
                            None if ty.nullable || *has_default => Ok(()),
                            None => Err(path.wrong(format!("{ty} is required"))),
                        }
                    })
            }
            (Some(InputType::Enum(values)), Value::Enum(value)) if values.contains(value) => Ok(()),
            (Some(InputType::Enum(values)), Value::String(value))
                if values.contains(value.as_str()) =>
            {
                Ok(())
            }
            (Some(InputType::Enum(values)), _) => {
                let mut values: Vec<_> = values.iter().map(Name::as_str).collect();
                values.sort_unstable();
                Err(path.wrong(format!("{name} is one of {}", values.join(", "))))
            }
            (Some(InputType::Object { .. }), _) => Err(path.wrong(format!("{name} is an object"))),
            (None, value) => {
                if fits_scalar(value, name) {
                    Ok(())
                } else {
                    Err(path.wrong(format!("this is not of type {name}")))
                }
            }
        }
    }
}

fn object(ty: &InputObjectType, one_of: bool) -> InputType {
    let fields = ty.fields.iter().map(|field| {
        let has_default = field.node.default_value.is_some();
        let ty = field.node.ty.node.clone();
        (field.node.name.node.clone(), Field { ty, has_default })
    });
    InputType::Object {
        fields: fields.collect(),
        one_of,
    }
}

/// The five scalars that GraphQL itself has (section 3.5).
fn fits_scalar(value: &Value, name: &Name) -> bool {
    match (name.as_str(), value) {
        ("Int", Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", value) => matches!(value, Value::Number(_)),
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("String" | "ID", value) => matches!(value, Value::String(_)),
        ("Boolean", value) => matches!(value, Value::Boolean(_)),
        ("Int", _) => false,
        _ => true,
    }
}

/// Where a value stands, written out only when something is wrong with it.
enum Path<'a> {
    Variable(&'a Name),
    Field(&'a Path<'a>, &'a Name),
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn wrong(&self, message: String) -> Wrong {
        let path = self.text();
        Wrong { path, message }
    }

    fn text(&self) -> String {
        match self {
            Self::Variable(name) => name.to_string(),
            Self::Field(of, name) => format!("{}.{name}", of.text()),
            Self::Item(of, index) => format!("{}.{index}", of.text()),
        }
    }
}

fn error(
    definition: &Positioned<VariableDefinition>,
    Wrong { path, message }: Wrong,
) -> ServerError {
    let mut error = ServerError::new(
        format!("Variable ${path}: {message}."),
        Some(definition.pos),
    );
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("field", path);
    error.extensions = Some(extensions);
    error
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_schema};
    use serde_json::{Value, json};

    use super::InputTypes;
    use crate::document::{Document, Limits};

    const SDL: &str = "
        scalar Decimal
        enum Colour { RED GREEN }
        input Inner { n: Int! = 3, c: Colour, d: Decimal }
        input Outer { name: String!, inner: [Inner!], ids: [ID!] }
        input One @oneOf { a: Int, b: String }
    ";

    /// What is wrong with `value` as a variable `$v` of this type.
    fn wrong(ty: &str, value: &Value) -> Option<String> {
        let types = InputTypes::of(&parse_schema(SDL).expect("a schema"));
        let document = Document::parse(&format!("query($v: {ty}) {{ a }}"), &Limits::default());
        let document = document.expect("a document");
        let operation = document.operation(None).expect("one operation");
        let variables = Variables::from_json(value.clone());
        let errors = types.check(operation, &variables).err()?;
        Some(errors[0].message.clone())
    }

    #[test]
    fn what_fits_passes() {
        for (ty, value) in [
            ("Int", json!({})),
            ("Int", json!({ "v": null })),
            ("Int! = 3", json!({})),
            ("Int!", json!({ "v": -2_147_483_648 })),
            ("Float!", json!({ "v": 1 })),
            ("ID!", json!({ "v": 7 })),
            ("ID!", json!({ "v": "7" })),
            ("Boolean!", json!({ "v": false })),
            ("[Int!]!", json!({ "v": 1 })),
            ("[Int]!", json!({ "v": [1, null] })),
            ("Colour!", json!({ "v": "RED" })),
            ("Decimal!", json!({ "v": "1.5" })),
            (
                "Outer!",
                json!({ "v": { "name": "", "inner": { "c": "GREEN" }, "ids": [1, "2"] } }),
            ),
            ("One!", json!({ "v": { "b": "x" } })),
        ] {
            assert_eq!(wrong(ty, &value), None, "{ty} {value}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (ty, value, message) in [
            ("Int!", json!({}), "Variable $v: Int! is required."),
            (
                "Int!",
                json!({ "v": null }),
                "Variable $v: Int! is required, and null is none.",
            ),
            (
                "Int",
                json!({ "v": 2_147_483_648_i64 }),
                "Variable $v: this is not of type Int.",
            ),
            (
                "Int",
                json!({ "v": "1" }),
                "Variable $v: this is not of type Int.",
            ),
            (
                "Int",
                json!({ "v": 1.5 }),
                "Variable $v: this is not of type Int.",
            ),
            (
                "String",
                json!({ "v": 1 }),
                "Variable $v: this is not of type String.",
            ),
            (
                "ID",
                json!({ "v": 1.5 }),
                "Variable $v: this is not of type ID.",
            ),
            (
                "Boolean",
                json!({ "v": "true" }),
                "Variable $v: this is not of type Boolean.",
            ),
            (
                "[Int!]",
                json!({ "v": [1, null] }),
                "Variable $v.1: Int! is required, and null is none.",
            ),
            (
                "Colour",
                json!({ "v": "BLUE" }),
                "Variable $v: Colour is one of GREEN, RED.",
            ),
            (
                "Outer",
                json!({ "v": 1 }),
                "Variable $v: Outer is an object.",
            ),
            (
                "Outer",
                json!({ "v": {} }),
                "Variable $v.name: String! is required.",
            ),
            (
                "Outer",
                json!({ "v": { "name": "", "nme": 1 } }),
                "Variable $v: Outer has no field nme.",
            ),
            (
                "Outer",
                json!({ "v": { "name": "", "inner": [{}, { "n": null }] } }),
                "Variable $v.inner.1.n: Int! is required, and null is none.",
            ),
            (
                "One",
                json!({ "v": {} }),
                "Variable $v: One takes exactly one of its fields.",
            ),
            (
                "One",
                json!({ "v": { "a": 1, "b": "x" } }),
                "Variable $v: One takes exactly one of its fields.",
            ),
            (
                "One",
                json!({ "v": { "a": null } }),
                "Variable $v: One takes exactly one of its fields.",
            ),
        ] {
            assert_eq!(wrong(ty, &value).as_deref(), Some(message), "{ty} {value}");
        }
    }
}
