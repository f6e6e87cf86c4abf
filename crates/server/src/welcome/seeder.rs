//! Writes that may be begun again: done once, whichever start they are done in.

use outlay_domain::{Command, IdempotencyKey, Outlay, Result};
use outlay_tenancy::TenantAccess;

/// Does a command in somebody's name, once for its key.
pub(super) async fn once<C: Command>(
    outlay: &Outlay,
    who: &TenantAccess,
    key: &str,
    command: C,
) -> Result<C::Output> {
    let key = IdempotencyKey::parse(&format!("demo {key}"))?;
    outlay.execute(who, None, &command, Some(&key)).await
}
