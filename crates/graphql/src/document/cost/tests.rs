//! Costs in the real schema, and of the documents of clients.

use std::path::Path;

use async_graphql::{
    Value, Variables,
    parser::{
        parse_query, parse_schema,
        types::{BaseType, ServiceDocument, TypeKind, TypeSystemDefinition},
    },
    value,
};

use super::super::types::Types;

fn schema() -> ServiceDocument {
    parse_schema(crate::schema::sdl()).expect("a valid SDL")
}

/// The cost of each operation of a document.
fn costs(document: &str, variables: Value) -> Vec<(String, u64)> {
    let document = parse_query(document).expect("a document");
    let types = Types::of(&schema());
    let variables = Variables::from_value(variables);
    let operations = document.operations.iter().map(|(name, operation)| {
        let cost = super::cost(&types, &document, &operation.node, &variables);
        (name.map(ToString::to_string).unwrap_or_default(), cost)
    });
    operations.collect()
}

fn cost(document: &str) -> u64 {
    costs(document, value!({}))[0].1
}

#[test]
fn every_list_of_the_schema_has_a_size() {
    let schema = schema();
    let types = Types::of(&schema);
    let mut fields = Vec::new();
    for definition in &schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let of = match &ty.node.kind {
            TypeKind::Object(of) => &of.fields,
            TypeKind::Interface(of) => &of.fields,
            _ => continue,
        };
        fields.extend(of.iter().map(|field| (&ty.node.name.node, &field.node)));
    }
    let sized = |ty: &str, name: &str| {
        let field = types.field(ty, name).expect("a field");
        let mut arguments = ["first", "last", "ids"].into_iter();
        field.list_size.is_some() || arguments.any(|name| field.arguments.contains_key(name))
    };
    let mut lists = 0;
    for (ty, field) in &fields {
        if !matches!(field.ty.node.base, BaseType::List(_)) {
            continue;
        }
        lists += 1;
        let name = &field.name.node;
        // The field itself has a size, or every field that returns its parent object has one.
        let mut parents = fields.iter().filter(|(parent, parent_field)| {
            let field = types.field(parent, &parent_field.name.node);
            field.and_then(|field| field.of.as_ref()) == Some(ty)
        });
        let is_sized = sized(ty, name)
            || parents.clone().count() > 0
                && parents.all(|(parent, field)| sized(parent, &field.name.node));
        assert!(is_sized, "{ty}.{name} has neither `first` nor @listSize");
    }
    assert!(lists > 40, "{lists}");
}

#[test]
fn values_count_as_often_as_the_list_has_items() {
    for (document, expected) in [
        ("{ __typename }", 1),
        ("{ organization { slug name } }", 2),
        // The connection, and for each item the object and three values.
        (
            "{ expenses(first: 100) { nodes { id merchant status } } }",
            131,
        ),
        ("{ expenses(first: 100) { nodes { __typename } } }", 111),
        // A list whose size the field rejects counts with the maximum size.
        ("{ expenses { nodes { id } } }", 111),
        ("{ expenses(first: 10000000) { nodes { id } } }", 111),
        // 1,000 groups without `first`.
        (
            "{ spending(groupBy: [MERCHANT]) { rows { merchant } } }",
            250,
        ),
        (
            "{ spending(groupBy: [MERCHANT], first: 10) { rows { merchant } } }",
            52,
        ),
        // The mutation, and ten errors.
        (
            "mutation { createCategory(input: { name: \"x\" }) { errors { message } } }",
            21,
        ),
    ] {
        assert_eq!(cost(document), expected, "{document}");
    }
}

#[test]
fn aliases_of_values_in_a_list_are_not_free() {
    let aliases: Vec<_> = (0..50).map(|index| format!("a{index}: merchant")).collect();
    let rows = format!(
        "{{ spending(groupBy: [MERCHANT]) {{ rows {{ {} }} }} }}",
        aliases.join(" ")
    );
    assert!(cost(&rows) > 5_000, "{}", cost(&rows));
}

/// The GraphQL documents below a directory.
fn documents(directory: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_installed = path.ends_with("node_modules") || path.ends_with("target");
        if path.is_dir() && !is_installed {
            documents(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "graphql")
        {
            let text = std::fs::read_to_string(&path).expect("a document");
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn the_documents_of_clients_stay_well_within_the_limit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    documents(&root.join("clients"), &mut found);
    documents(&root.join("bench"), &mut found);
    // The contract of clients is outside of the repository.
    documents(&root.join("../../shared/contract"), &mut found);
    assert!(found.len() >= 5, "{found:?}");
    let shared = "fragment Problem on UserError { code field message }";
    for (path, text) in found {
        let text = if text.contains("...Problem") && !text.contains("fragment Problem") {
            format!("{text} {shared}")
        } else {
            text
        };
        for (operation, cost) in costs(&text, value!({ "first": 100 })) {
            assert!(cost <= 2_500, "{path} {operation}: {cost}");
        }
    }
}

/// The introspection query of GraphiQL and code generators: `getIntrospectionQuery` of graphql-js 16, with all options.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        description
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description specifiedByURL isOneOf
      fields(includeDeprecated: true) {
        name description
        args(includeDeprecated: true) { ...InputValue }
        type { ...TypeRef } isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
      name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
    }";

#[test]
fn the_usual_introspection_fits_and_a_multiple_of_it_does_not() {
    let usual = cost(INTROSPECTION);
    assert!((300..=1_500).contains(&usual), "{usual}");
    let aliases: Vec<_> = (0..40)
        .map(|index| format!("a{index}: type {{ kind name ofType {{ kind name }} }}"))
        .collect();
    let dear = format!(
        "{{ __schema {{ types {{ fields {{ {} }} }} }} }}",
        aliases.join(" ")
    );
    assert!(cost(&dear) > 5_000, "{}", cost(&dear));
}
