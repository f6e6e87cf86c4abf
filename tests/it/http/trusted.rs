//! A server with a list of documents runs nothing else.

use std::io::Write;

use outlay_tests::{Org, Server, database_url, server};
use serde_json::json;

use super::{get, post};

#[tokio::test]
async fn only_documents_of_the_list_run() {
    let mut manifest = tempfile::NamedTempFile::new().expect("a file");
    let trusted = "query Own { organization { slug } }";
    let operations = json!([{ "id": "own-1", "name": "Own", "type": "query", "body": trusted }]);
    let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations });
    manifest
        .write_all(apollo.to_string().as_bytes())
        .expect("written");
    let path = manifest.path().to_str().expect("a path");
    let org = Org::at(&server().await.client(), "EUR").await;
    let strict = Server::start(&database_url().await, &["--trusted-documents", path]).await;
    let owner = org.owner.at(&strict.url);
    let expected = json!({ "organization": { "slug": org.slug } });
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": "own-1" } });
    for request in [
        json!({ "documentId": "own-1" }),
        json!({ "extensions": extensions }),
        json!({ "query": trusted }),
    ] {
        let got = post(&owner, &request).await;
        assert_eq!(got.body["data"], expected, "{}", got.body);
    }
    assert_eq!(
        get(&owner, &[("documentId", "own-1")], &[]).await.body["data"],
        expected
    );
    for request in [
        json!({ "query": "{ __typename }" }),
        json!({ "query": format!("{trusted} ") }),
        json!({ "documentId": "own-2" }),
        json!({ "query": trusted, "documentId": "own-2" }),
    ] {
        let got = post(&owner, &request).await;
        assert_eq!(got.code(), "FORBIDDEN", "{}", got.body);
        assert_eq!(got.body.get("data"), None);
    }
}
