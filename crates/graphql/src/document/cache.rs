//! The documents that were found valid, the most recently used of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::Document;

/// How much text the kept documents may have together, in bytes. Parsed, a document takes some twenty times as much.
const CAPACITY: usize = 512 * 1024;
/// A longer document is never kept, so that one cannot push out all others.
const LONGEST: usize = CAPACITY / 16;

/// Valid documents by their text.
pub(crate) struct Documents(Mutex<Kept>);

struct Kept {
    documents: LruCache<Box<str>, Arc<Document>>,
    size: usize,
}

impl Documents {
    pub(crate) fn new() -> Self {
        let documents = LruCache::unbounded();
        Self(Mutex::new(Kept { documents, size: 0 }))
    }

    /// The document of this text, if it is known to be valid.
    pub(crate) fn find(&self, text: &str) -> Option<Arc<Document>> {
        self.kept().documents.get(text).cloned()
    }

    /// Keeps a document that was found valid.
    pub(crate) fn keep(&self, text: String, document: Arc<Document>) {
        if text.len() > LONGEST {
            return;
        }
        let mut kept = self.kept();
        kept.size += text.len();
        if let Some((replaced, _)) = kept.documents.push(text.into_boxed_str(), document) {
            kept.size -= replaced.len();
        }
        while kept.size > CAPACITY
            && let Some((oldest, _)) = kept.documents.pop_lru()
        {
            kept.size -= oldest.len();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CAPACITY, Document, Documents, LONGEST};

    fn document() -> Arc<Document> {
        Arc::new(Document::parse("{ a }").expect("a document"))
    }

    #[test]
    fn what_was_used_last_is_kept_within_the_capacity() {
        let documents = Documents::new();
        let text = |index: usize| format!("{index:0>1024}");
        for index in 0..2 * CAPACITY / 1024 {
            documents.keep(text(index), document());
            // A second time takes no room.
            documents.keep(text(index), document());
            assert!(documents.find(&text(0)).is_some());
        }
        assert!(documents.find(&text(1)).is_none());
        assert_eq!(documents.kept().size, CAPACITY);
        documents.keep("x".repeat(LONGEST + 1), document());
        assert_eq!(documents.kept().size, CAPACITY);
    }
}
