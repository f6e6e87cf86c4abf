//! What every write has in common: done once, and on the record.

mod alone;
mod audit;
mod idempotency;
mod shared_idempotency;
