//! The schema as strangers read it.

use outlay_tests::server;
use serde_json::{Value, json};

async fn introspect() -> Value {
    let query = "{ __schema { types { name kind description \
        fields(includeDeprecated: true) { name description args { name description } } \
        inputFields { name description } \
        enumValues(includeDeprecated: true) { name description } } } }";
    let answer = server().await.client().run(query, json!({})).await;
    answer.data("__schema.types")
}

fn undescribed(path: &str, thing: &Value, found: &mut Vec<String>) {
    let name = format!("{path}{}", thing["name"].as_str().unwrap_or_default());
    if thing["description"]
        .as_str()
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        found.push(name.clone());
    }
    for key in ["fields", "inputFields", "enumValues", "args"] {
        for inner in thing[key].as_array().into_iter().flatten() {
            undescribed(&format!("{name}."), inner, found);
        }
    }
}

#[tokio::test]
async fn every_type_field_argument_and_value_is_described() {
    let types = introspect().await;
    let ours = types.as_array().expect("types").iter().filter(|ty| {
        let name = ty["name"].as_str().unwrap_or_default();
        // `ID` is the specification's own, `Upload` the multipart specification's.
        !name.starts_with("__") && !["ID", "Upload"].contains(&name)
    });
    let mut found = Vec::new();
    for ty in ours {
        undescribed("", ty, &mut found);
    }
    assert!(found.is_empty(), "without a description: {found:#?}");
}

/// The deprecations that do not say from which day on a thing may be gone.
fn undated(sdl: &str) -> Vec<&str> {
    let marks = sdl.lines().filter(|line| line.contains("@deprecated"));
    marks
        .filter(|line| {
            let (_, tail) = line.split_once("May go from ").unwrap_or_default();
            let day = tail.get(..10).unwrap_or_default();
            chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err()
        })
        .collect()
}

#[test]
fn every_deprecation_has_a_date() {
    assert_eq!(undated(&outlay_graphql::sdl()), Vec::<&str>::new());
    let dated = r#"old: Int @deprecated(reason: "Use new. May go from 2027-06-01.")"#;
    assert_eq!(undated(dated), Vec::<&str>::new());
    let soon = r#"old: Int @deprecated(reason: "Use new. May go from June.")"#;
    let bare = "old: Int @deprecated";
    assert_eq!(undated(&format!("{soon}\n{bare}")), [soon, bare]);
}

#[test]
fn the_schema_in_the_repository_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql");
    let kept = std::fs::read_to_string(path).expect("schema.graphql");
    assert_eq!(
        kept,
        outlay_graphql::sdl(),
        "write it anew: cargo run -- schema > schema.graphql"
    );
}
