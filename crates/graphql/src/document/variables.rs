//! Checks variables against their declared types (GraphQL, section 6.1.2).

use async_graphql::{Positioned, ServerError, Variables, parser::types::VariableDefinition};

use super::{
    input::{InvalidValue, Path},
    types::Types,
};

/// Checks the variables of one request.
pub(super) fn check(
    types: &Types,
    definitions: &[Positioned<VariableDefinition>],
    variables: &Variables,
) -> Result<(), Vec<ServerError>> {
    let errors: Vec<_> = definitions
        .iter()
        .filter_map(|definition| {
            let wrong = check_one(types, &definition.node, variables).err()?;
            Some(wrong.into_error("Variable $", definition.pos))
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// Sets each variable without a value to its default. async-graphql ignores defaults in `@skip` and `@include`.
pub(super) fn add_defaults(
    definitions: &[Positioned<VariableDefinition>],
    variables: &mut Variables,
) {
    for definition in definitions {
        let definition = &definition.node;
        if let Some(default) = &definition.default_value {
            let entry = variables.entry(definition.name.node.clone());
            entry.or_insert_with(|| default.node.clone());
        }
    }
}

fn check_one(
    types: &Types,
    definition: &VariableDefinition,
    given: &Variables,
) -> Result<(), InvalidValue> {
    let (name, ty) = (&definition.name.node, &definition.var_type.node);
    match given.get(name) {
        Some(value) => types.fits(value, ty, &Path::Root(name)),
        None if ty.nullable || definition.default_value.is_some() => Ok(()),
        None => Err(Path::Root(name).error(format!("{ty} is required"))),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_schema};
    use serde_json::{Value, json};

    use crate::document::{Document, Limits, Types};

    const SDL: &str = "
        scalar Decimal
        enum Colour { RED GREEN }
        input Inner { n: Int! = 3, c: Colour, d: Decimal }
        input Outer { name: String!, inner: [Inner!], ids: [ID!] }
        input One @oneOf { a: Int, b: String }
    ";

    /// The error message for `value` as a variable `$v` of this type.
    fn wrong(ty: &str, value: &Value) -> Option<String> {
        let types = Types::of(&parse_schema(SDL).expect("a schema"));
        let document = Document::parse(&format!("query($v: {ty}) {{ a }}"), &Limits::default());
        let document = document.expect("a document");
        let operation = document.operation(None).expect("one operation");
        let mut variables = Variables::from_json(value.clone());
        let errors = document.coerce(operation, &mut variables, &types).err()?;
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
                "Variable $v: null is not allowed for type Int!.",
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
                "Variable $v.1: null is not allowed for type Int!.",
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
                "Variable $v.inner.1.n: null is not allowed for type Int!.",
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
