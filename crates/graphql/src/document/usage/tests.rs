use async_graphql::{
    Variables,
    parser::{parse_query, parse_schema},
};
use serde_json::{Value, json};

use super::{check, declare_not_null};
use crate::document::{Document, Limits, Types};

const SDL: &str = "
    type Query { a(n: Int! = 3, m: Int, ids: [ID!], names: [[String]!], in: Input, one: One): Query b: String }
    input Input { flag: Boolean! = false, name: String!, text: String, inner: [Input!] }
    input One @oneOf { x: Int, y: String }
    directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
";

fn types() -> Types {
    Types::of(&parse_schema(SDL).expect("a schema"))
}

/// The error messages for the variables of a document.
fn wrong(document: &str) -> Vec<String> {
    let document = parse_query(document).expect("a document");
    let (_, errors) = check(&types(), &document);
    let errors = errors.into_iter();
    errors
        .map(|error| {
            assert_eq!(error.locations.len(), 2, "the use and the declaration");
            error.message
        })
        .collect()
}

#[test]
fn a_variable_stands_where_its_type_fits() {
    for (declared, selected) in [
        ("$v: Int", "a(m: $v) { b }"),
        ("$v: Int!", "a(m: $v) { b }"),
        ("$v: Int!", "a(n: $v) { b }"),
        ("$v: Int", "a(n: $v) { b }"),
        ("$v: Int = 1", "a(n: $v) { b }"),
        ("$v: Int = null", "a(n: $v) { b }"),
        ("$v: [ID!]!", "a(ids: $v) { b }"),
        ("$v: [[String!]!]", "a(names: $v) { b }"),
        ("$v: [String]!", "a(names: [$v]) { b }"),
        ("$v: ID!", "a(ids: [$v]) { b }"),
        ("$v: ID = 1", "a(ids: [$v]) { b }"),
        ("$v: Boolean", "a(in: { name: \"\", flag: $v }) { b }"),
        (
            "$v: String",
            "a(in: { name: \"\", inner: [{ name: \"\", text: $v }] }) { b }",
        ),
        (
            "$v: String",
            "a(in: { name: \"\", inner: { name: \"\", text: $v } }) { b }",
        ),
        ("$v: Int!", "a(one: { x: $v }) { b }"),
        ("$v: Boolean!", "b @include(if: $v)"),
        ("$v: Boolean = true", "b @include(if: $v)"),
        // Validation reports these.
        ("$v: Int", "a(m: $w) { b }"),
        ("$v: Int", "a(q: $v) { b } c(d: $v) @e(f: $v)"),
    ] {
        let document = format!("query({declared}) {{ {selected} }}");
        assert_eq!(wrong(&document), Vec::<String>::new(), "{document}");
    }
}

#[test]
fn a_variable_that_does_not_fit_its_place_is_named() {
    for (declared, selected, message) in [
        (
            "$v: Boolean",
            "b @include(if: $v)",
            "Argument if: Boolean! is required, but $v of type Boolean may be null.",
        ),
        (
            "$v: Boolean = null",
            "... @include(if: $v) { b }",
            "Argument if: Boolean! is required, but $v of type Boolean may be null.",
        ),
        (
            "$v: String",
            "a(in: { name: $v }) { b }",
            "Argument in.name: String! is required, but $v of type String may be null.",
        ),
        (
            "$v: String",
            "a(in: { name: \"\", inner: [{ name: $v }] }) { b }",
            "Argument in.inner.0.name: String! is required, but $v of type String may be null.",
        ),
        (
            "$v: [ID]",
            "a(ids: $v) { b }",
            "Argument ids: the type is [ID!], but $v is of type [ID].",
        ),
        (
            "$v: ID",
            "a(ids: [$v]) { b }",
            "Argument ids.0: ID! is required, but $v of type ID may be null.",
        ),
        (
            "$v: ID!",
            "a(ids: $v) { b }",
            "Argument ids: the type is [ID!], but $v is of type ID!.",
        ),
        (
            "$v: String! = \"\"",
            "a(m: $v) { b }",
            "Argument m: the type is Int, but $v is of type String!.",
        ),
        (
            "$v: Int",
            "a(one: { x: $v }) { b }",
            "Argument one.x: Int is required, but $v of type Int may be null.",
        ),
        (
            "$v: Int = 1",
            "unknown { c @include(if: $v) }",
            "Argument if: the type is Boolean!, but $v is of type Int.",
        ),
    ] {
        let document = format!("query({declared}) {{ {selected} }}");
        assert_eq!(wrong(&document), [message], "{document}");
    }
}

#[test]
fn errors_and_notes_are_bounded() {
    let uses = |declared: &str| {
        let operations = (0..200).map(|n| format!("query Q{n}({declared}) {{ ...F }}"));
        let operations: Vec<_> = operations.collect();
        let items = "$v ".repeat(100);
        let text = format!(
            "{} fragment F on Query {{ a(ids: [{items}]) {{ b }} }}",
            operations.concat()
        );
        let (not_null, errors) = check(&types(), &parse_query(text).expect("a document"));
        (not_null.len(), errors.len())
    };
    assert_eq!(uses("$v: ID"), (0, 100));
    assert_eq!(uses("$v: ID = 1"), (200, 0));
}

#[test]
fn a_fragment_is_checked_for_each_operation() {
    let fragment = "fragment F on Query { b @include(if: $v) a { ...F } }";
    let good = "query A($v: Boolean!) { ...F }";
    let bad = "query B($v: String!) { ...F ... { ...F } }";
    assert_eq!(wrong(&format!("{good} {fragment}")), Vec::<String>::new());
    let message = "Argument if: the type is Boolean!, but $v is of type String!.";
    assert_eq!(wrong(&format!("{good} {bad} {fragment}")), [message]);
}

#[test]
fn null_is_an_error_where_a_default_makes_it_possible() {
    let text = "query($v: Boolean, $w: Int = 1) { a(in: { name: \"\", flag: $v }, n: $w) { b } }";
    let types = types();
    let mut document = Document::parse(text, &Limits::default()).expect("a document");
    document.check(&types).expect("it is valid");
    let operation = document.operation(None).expect("an operation");
    let coerced = |value: Value| {
        let mut variables = Variables::from_json(value);
        let coerced = document.coerce(operation, &mut variables, &types);
        coerced.map(|()| variables)
    };
    let all = coerced(json!({})).expect("defaults apply");
    assert_eq!(all, Variables::from_json(json!({ "w": 1 })));
    for (given, message) in [
        (
            json!({ "v": null }),
            "Argument in.flag: $v is null, but the type is Boolean!; omit the variable to use the default.",
        ),
        (
            json!({ "w": null }),
            "Argument n: $w is null, but the type is Int!; omit the variable to use the default.",
        ),
    ] {
        let errors = coerced(given).expect_err("it is refused");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, message);
    }
}

#[test]
fn a_type_for_validation_is_never_null() {
    let mut document = parse_query("query($v: Int = null, $w: Int) { b }").expect("a document");
    let variable = async_graphql::Name::new("v");
    declare_not_null(&mut document.operations, None, &variable);
    let (_, operation) = document.operations.iter().next().expect("an operation");
    let declared = &operation.node.variable_definitions;
    let types: Vec<_> = declared
        .iter()
        .map(|one| one.node.var_type.node.to_string())
        .collect();
    assert_eq!(types, ["Int!", "Int"]);
    assert!(declared[0].node.default_value.is_none());
}
