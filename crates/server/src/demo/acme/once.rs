//! Commands that take effect once, however often the seeding is started.

use outlay_domain::{Command, IdempotencyKey, Outlay, Result};
use outlay_tenancy::TenantAccess;

/// Executes a command as a member, once for each key.
pub(super) async fn once<C: Command>(
    outlay: &Outlay,
    member: &TenantAccess,
    key: &str,
    command: C,
) -> Result<C::Output> {
    let key = IdempotencyKey::parse(&format!("demo {key}"))?;
    outlay.execute(member, None, &command, Some(&key)).await
}
