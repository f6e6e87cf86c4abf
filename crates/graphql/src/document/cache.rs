//! A cache of the most recently used values, bounded by the size of their texts.

use std::hash::Hash;

use lru::LruCache;
use parking_lot::Mutex;

/// The maximum size of all texts together, in bytes. A parsed document takes about twenty times as much memory.
const CAPACITY: usize = 256 * 1024;
/// The maximum size of one text, in bytes. A longer text is not cached, so that it cannot evict all others.
const LONGEST: usize = CAPACITY / 16;

/// A cache of values that are derived from texts.
pub(crate) struct Cache<K, V>(Mutex<Kept<K, V>>);

struct Kept<K, V> {
    entries: LruCache<K, Entry<V>>,
    /// The size of all texts together, in bytes.
    size: usize,
}

struct Entry<V> {
    value: V,
    size: usize,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    pub(super) fn new() -> Self {
        let entries = LruCache::unbounded();
        Self(Mutex::new(Kept { entries, size: 0 }))
    }

    pub(super) fn find<Q>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0
            .lock()
            .entries
            .get(key)
            .map(|entry| entry.value.clone())
    }

    /// Caches a value whose text has this size in bytes.
    pub(super) fn keep(&self, key: K, value: V, size: usize) {
        if size > LONGEST {
            return;
        }
        let mut kept = self.0.lock();
        kept.size += size;
        if let Some((_, replaced)) = kept.entries.push(key, Entry { value, size }) {
            kept.size -= replaced.size;
        }
        while kept.size > CAPACITY
            && let Some((_, oldest)) = kept.entries.pop_lru()
        {
            kept.size -= oldest.size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Cache, LONGEST};

    #[test]
    fn what_was_used_last_is_kept_within_the_capacity() {
        let cache = Cache::new();
        for key in 0..2 * CAPACITY / 1024 {
            cache.keep(key, (), 1024);
            // A replaced entry is not counted twice.
            cache.keep(key, (), 1024);
            assert!(cache.find(&0).is_some());
        }
        assert!(cache.find(&1).is_none());
        assert_eq!(cache.0.lock().size, CAPACITY);
        cache.keep(usize::MAX, (), LONGEST + 1);
        assert!(cache.find(&usize::MAX).is_none());
    }
}
