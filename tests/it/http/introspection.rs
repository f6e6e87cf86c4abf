//! The schema, as tools ask for it, and a server that does not return it.

use outlay_tests::{Server, database_url, server};
use serde_json::json;

/// What GraphiQL and code generators send: `getIntrospectionQuery` of graphql-js.
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

#[tokio::test]
async fn tools_read_the_whole_schema_and_are_told_what_it_costs() {
    let request = json!({ "query": INTROSPECTION, "extensions": { "cost": true } });
    let got = super::post(&server().await.client(), &request).await;
    assert_eq!(got.body.get("errors"), None, "{}", got.body["errors"]);
    let types = got.body.pointer("/data/__schema/types");
    let types = types.and_then(serde_json::Value::as_array).expect("types");
    assert!(types.len() > 100, "{}", types.len());
    let cost = got.body["extensions"]["cost"]["requested"].as_u64();
    // Nearly exact: a twentieth of a point for each value of the response.
    let values = count(&got.body["data"]);
    let cost = cost.expect("a cost");
    assert!(
        (values / 25..=values / 18).contains(&cost),
        "{cost} for {values} values"
    );
}

/// The values of a response: objects, and what is in them.
fn count(value: &serde_json::Value) -> u64 {
    match value {
        serde_json::Value::Object(fields) => {
            let fields = fields.values().map(|field| match field {
                serde_json::Value::Object(_) | serde_json::Value::Array(_) => 1 + count(field),
                _ => 1,
            });
            1 + fields.sum::<u64>()
        }
        serde_json::Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn a_server_may_keep_its_schema_to_itself() {
    let silent = Server::start(&database_url().await, &["--introspection", "false"]).await;
    let silent = silent.client();
    for document in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Query\") { name } }",
        "query { ...A } fragment A on Query { a: __schema { types { name } } }",
    ] {
        let answer = silent.run(document, json!({})).await;
        assert_eq!(answer.errors(), ["FORBIDDEN"], "{document}");
        let told = server().await.client().run(document, json!({})).await;
        assert!(told.errors().is_empty(), "{document}");
    }
    let misspelt = "{ expense(id: \"\") { merchan } }";
    let answer = silent.run(misspelt, json!({})).await;
    let message = answer.body["errors"][0]["message"].to_string();
    assert!(!message.contains("merchant"), "{message}");
    assert!(
        silent
            .run("{ __typename }", json!({}))
            .await
            .errors()
            .is_empty()
    );
}
