//! A server that does not tell its schema.

use outlay_tests::{Server, database_url, server};
use serde_json::json;

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
