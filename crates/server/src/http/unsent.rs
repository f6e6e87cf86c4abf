//! Limits the memory of responses that have been serialized and not yet sent, for each organization and in total. A client
//! that reads slowly keeps its response in memory.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::body::Bytes;
use outlay_tenancy::TenantId;
use parking_lot::Mutex;

use super::error::Rejection;

/// Responses up to this size are not counted, since the number of connections limits them.
const SMALL: usize = 16 << 10;

/// The share of one organization, and of all callers without an organization, is the maximum divided by this.
const PART: usize = 4;

/// Counts the bytes of all unsent responses.
pub(crate) struct Unsent {
    maximum: usize,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_tenant: HashMap<Option<TenantId>, usize>,
}

/// The bytes of one response, which are counted until this is dropped. `None` for a small response.
pub(super) struct Share(Option<Counted>);

struct Counted {
    counts: Arc<Mutex<Counts>>,
    tenant: Option<TenantId>,
    bytes: usize,
}

impl Unsent {
    pub(crate) fn new(maximum: usize) -> Self {
        Self {
            maximum,
            counts: Arc::default(),
        }
    }

    /// Counts a response to a caller of this organization.
    ///
    /// # Errors
    /// Rate limited, if the unsent bytes would exceed a limit.
    pub(super) fn count(&self, tenant: Option<TenantId>, bytes: usize) -> Result<Share, Rejection> {
        if bytes <= SMALL {
            return Ok(Share(None));
        }
        let mut counts = self.counts.lock();
        let all = counts.all + bytes;
        let own = counts.by_tenant.get(&tenant).copied().unwrap_or_default() + bytes;
        if all > self.maximum || own > self.maximum / PART {
            let message = "Too many large responses are waiting to be read. Read those first, or request less. \
                           Mutations have been committed.";
            return Err(Rejection::rate_limited(message, Duration::from_secs(1)));
        }
        counts.all = all;
        counts.by_tenant.insert(tenant, own);
        drop(counts);
        Ok(Share(Some(Counted {
            counts: self.counts.clone(),
            tenant,
            bytes,
        })))
    }
}

impl Share {
    /// The share of a small response.
    pub(super) const NONE: Self = Self(None);

    /// Returns a body that stays counted until its last byte has been written to the socket.
    pub(super) fn body(self, json: Vec<u8>) -> Bytes {
        struct Body(
            Vec<u8>,
            #[expect(dead_code, reason = "dropped with the bytes")] Counted,
        );
        impl AsRef<[u8]> for Body {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        match self.0 {
            Some(counted) => Bytes::from_owner(Body(json, counted)),
            None => json.into(),
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        counts.all -= self.bytes;
        if let Some(own) = counts.by_tenant.get_mut(&self.tenant) {
            *own -= self.bytes;
            if *own == 0 {
                counts.by_tenant.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use outlay_tenancy::TenantId;

    use super::{PART, SMALL, Unsent};

    const LARGE: usize = 100 << 10;

    #[test]
    fn the_unsent_bytes_of_an_organization_are_limited() {
        let unsent = Unsent::new(PART * 2 * LARGE);
        let (one, other) = (Some(TenantId::generate()), Some(TenantId::generate()));
        let held = [unsent.count(one, LARGE), unsent.count(one, LARGE)];
        assert!(held.iter().all(Result::is_ok));
        assert!(unsent.count(one, LARGE).is_err());
        assert!(unsent.count(one, SMALL).is_ok());
        assert!(unsent.count(other, LARGE).is_ok());
        drop(held);
        assert!(unsent.count(one, LARGE).is_ok());
    }

    #[test]
    fn the_unsent_bytes_of_all_are_limited() {
        let unsent = Unsent::new(PART * LARGE);
        let count = || unsent.count(Some(TenantId::generate()), LARGE);
        let mut held: Vec<_> = (0..PART).map(|_| count()).collect();
        assert!(held.iter().all(Result::is_ok));
        assert!(count().is_err());
        held.pop();
        assert!(count().is_ok());
    }

    #[test]
    fn a_body_is_counted_until_its_last_copy_is_dropped() {
        let unsent = Unsent::new(PART * LARGE);
        let share = unsent.count(None, LARGE).expect("room");
        let body = share.body(vec![b'x'; LARGE]);
        let part = body.slice(..10);
        drop(body);
        assert_eq!(unsent.counts.lock().all, LARGE);
        drop(part);
        let counts = unsent.counts.lock();
        assert_eq!((counts.all, counts.by_tenant.len()), (0, 0));
    }
}
