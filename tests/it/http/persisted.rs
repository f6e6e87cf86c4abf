//! Automatic persisted queries: a document is sent once, and named by its hash from then on.

use outlay_tests::{Org, server};
use serde_json::{Value, json};

use super::{get, post};

/// A document that no other test sends, and its SHA-256.
fn document() -> (String, String) {
    let document = format!(
        "{{ organization {{ slug }} __typename }} # {}",
        outlay_tests::unique("q")
    );
    let hash = sha256(&document);
    (document, hash)
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(text))
}

fn named(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

#[tokio::test]
async fn a_document_is_sent_once_and_then_named() {
    let org = Org::new().await;
    let (document, hash) = document();
    let unknown = post(&org.owner, &json!({ "extensions": named(&hash) })).await;
    let error = &unknown.body["errors"][0];
    assert_eq!(unknown.code(), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(
        error["message"], "PersistedQueryNotFound",
        "clients look for these words"
    );
    assert_eq!(unknown.body.get("data"), None);
    let sent = json!({ "query": document, "extensions": named(&hash) });
    let expected = json!({ "organization": { "slug": org.slug }, "__typename": "Query" });
    assert_eq!(post(&org.owner, &sent).await.body["data"], expected);
    let known = post(&org.owner, &json!({ "extensions": named(&hash) })).await;
    assert_eq!(known.body["data"], expected);
    let extensions = named(&hash).to_string();
    let by_url = get(&org.owner, &[("extensions", &extensions)], &[]).await;
    assert_eq!(by_url.body["data"], expected);
    assert!(!by_url.header("etag").is_empty());
    let by_id = json!({ "documentId": format!("sha256:{hash}") });
    assert_eq!(post(&org.owner, &by_id).await.body["data"], expected);
    // What is named is public, what it reads is not.
    let stranger = Org::new().await;
    let theirs = post(&stranger.owner, &json!({ "extensions": named(&hash) })).await;
    assert_eq!(
        theirs.body["data"]["organization"]["slug"],
        stranger.slug.as_str()
    );
}

#[tokio::test]
async fn a_hash_names_its_own_document_alone() {
    let client = server().await.client();
    let (document, hash) = document();
    let forged = json!({ "query": "{ __typename }", "extensions": named(&hash) });
    let refused = post(&client, &forged).await;
    assert_eq!(refused.code(), "INVALID");
    let named_now = post(&client, &json!({ "extensions": named(&hash) })).await;
    assert_eq!(named_now.code(), "PERSISTED_QUERY_NOT_FOUND", "{document}");
}

#[tokio::test]
async fn what_is_no_hash_is_refused() {
    let client = server().await.client();
    for extensions in [
        json!({ "persistedQuery": 1 }),
        json!({ "persistedQuery": {} }),
        json!({ "persistedQuery": { "sha256Hash": 1 } }),
        named(""),
        named("abc"),
        named(&"g".repeat(64)),
        named(&"\u{0}".repeat(64)),
    ] {
        let got = post(&client, &json!({ "extensions": extensions })).await;
        assert_eq!(got.code(), "INVALID", "{extensions}");
    }
}
