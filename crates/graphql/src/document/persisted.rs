//! Persisted documents, which a request identifies instead of containing them: by the hash of a document sent before
//! (Apollo's automatic persisted queries), or by an id in the operator's manifest (trusted documents).

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{Request, ServerError, Value, parser::parse_query};
use hex::FromHex;
use outlay_domain::ErrorCode;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::cache::Cache;
use crate::error::refusal;

/// The request extension that identifies a document.
pub const PERSISTED_QUERY: &str = "persistedQuery";

/// The documents that a server may execute, from a manifest.
#[derive(Debug, Clone, Default)]
pub struct TrustedDocuments {
    by_id: HashMap<String, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

/// The manifest formats of build tools.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    /// Apollo's.
    Apollo { operations: Vec<Operation> },
    /// The format of graphql-codegen and Relay: texts by hash.
    ById(HashMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl TrustedDocuments {
    /// Parses a manifest of Apollo, or an object of documents by id in the format of graphql-codegen and Relay.
    ///
    /// # Errors
    /// A message for the operator.
    pub fn parse(manifest: &str) -> Result<Self, String> {
        let manifest = serde_json::from_str(manifest).map_err(|_| {
            "it is neither an Apollo manifest nor a JSON object of documents by id".to_owned()
        })?;
        let documents: Vec<(String, String)> = match manifest {
            Manifest::Apollo { operations } => {
                let operations = operations.into_iter();
                operations.map(|one| (one.id, one.body)).collect()
            }
            Manifest::ById(documents) => documents.into_iter().collect(),
        };
        let mut trusted = Self::default();
        for (id, text) in documents {
            parse_query(&text).map_err(|error| format!("the document {id}: {error}"))?;
            let text: Arc<str> = text.into();
            trusted.texts.insert(text.clone());
            trusted.by_id.insert(id, text);
        }
        Ok(trusted)
    }

    /// The number of documents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are no documents, so that every request is rejected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

/// The documents that a request can identify.
pub(crate) enum Persisted {
    /// Documents sent before, by their SHA-256.
    Automatic(Cache<[u8; 32], Arc<str>>),
    /// Trusted documents; all others are rejected.
    Trusted(TrustedDocuments),
}

impl Persisted {
    pub(crate) fn new(trusted: Option<TrustedDocuments>) -> Self {
        trusted.map_or_else(|| Self::Automatic(Cache::new()), Self::Trusted)
    }

    /// Sets the text of the document that a request identifies.
    pub(crate) fn resolve(&self, request: &mut Request) -> Result<(), ServerError> {
        let id = document_id(request)?;
        match self {
            Self::Automatic(cache) => id.map_or(Ok(()), |id| automatic(cache, &id, request)),
            Self::Trusted(trusted) => {
                let text = id.map_or_else(
                    || trusted.texts.get(request.query.as_str()),
                    |id| trusted.by_id.get(&id),
                );
                text.ok_or_else(not_trusted)?
                    .as_ref()
                    .clone_into(&mut request.query);
                Ok(())
            }
        }
    }
}

/// The id of the document that a request identifies.
fn document_id(request: &Request) -> Result<Option<String>, ServerError> {
    let Some(extension) = request.extensions.get(PERSISTED_QUERY) else {
        return Ok(None);
    };
    let Value::Object(extension) = extension else {
        return Err(invalid("extensions.persistedQuery must be an object."));
    };
    match extension.get("sha256Hash") {
        Some(Value::String(id)) => Ok(Some(id.clone())),
        _ => Err(invalid(
            "extensions.persistedQuery.sha256Hash must be a string.",
        )),
    }
}

fn automatic(
    cache: &Cache<[u8; 32], Arc<str>>,
    id: &str,
    request: &mut Request,
) -> Result<(), ServerError> {
    let hash = parse_hash(id).ok_or_else(|| {
        invalid("extensions.persistedQuery.sha256Hash must be the document's SHA-256, in 64 hexadecimal digits.")
    })?;
    if request.query.is_empty() {
        // Clients compare this message and this code.
        let unknown = || refusal(ErrorCode::PersistedQueryNotFound, "PersistedQueryNotFound");
        let text = cache.find(&hash).ok_or_else(unknown)?;
        text.as_ref().clone_into(&mut request.query);
        return Ok(());
    }
    if <[u8; 32]>::from(Sha256::digest(&request.query)) != hash {
        return Err(invalid(
            "The document's SHA-256 does not match extensions.persistedQuery.sha256Hash.",
        ));
    }
    let text: Arc<str> = request.query.as_str().into();
    let size = text.len();
    cache.keep(hash, text, size);
    Ok(())
}

fn parse_hash(hex: &str) -> Option<[u8; 32]> {
    <[u8; 32]>::from_hex(hex).ok()
}

fn invalid(message: &str) -> ServerError {
    refusal(ErrorCode::Invalid, message)
}

fn not_trusted() -> ServerError {
    refusal(
        ErrorCode::Forbidden,
        "This server executes only trusted documents, and this document is not one of them.",
    )
}

#[cfg(test)]
mod tests {
    use super::{TrustedDocuments, parse_hash};

    #[test]
    fn both_forms_of_manifest_are_read() {
        let apollo = r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations":
            [{"id": "1", "name": "A", "type": "query", "body": "query A { a }"}]}"#;
        for manifest in [apollo, r#"{"1": "query A { a }"}"#] {
            let trusted = TrustedDocuments::parse(manifest).expect("a manifest");
            assert_eq!(trusted.by_id["1"].as_ref(), "query A { a }");
        }
    }

    #[test]
    fn what_is_wrong_with_a_manifest_is_said() {
        for (manifest, wrong) in [
            ("[]", "neither"),
            ("", "neither"),
            (r#"{"1": 2}"#, "neither"),
            (r#"{"a1": "query {"}"#, "the document a1"),
        ] {
            let error = TrustedDocuments::parse(manifest).expect_err("it is wrong");
            assert!(error.contains(wrong), "{manifest}: {error}");
        }
    }

    #[test]
    fn a_hash_is_64_hexadecimal_digits() {
        assert_eq!(parse_hash(&"0a".repeat(32)), Some([10; 32]));
        let wrong = ["zz", "é", "+a"].map(|digits| digits.repeat(32));
        for hex in ["", "0a", &"0".repeat(65), &wrong[0], &wrong[1], &wrong[2]] {
            assert_eq!(parse_hash(hex), None, "{hex}");
        }
    }
}
