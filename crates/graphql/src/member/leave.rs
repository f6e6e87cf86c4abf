//! The mutation that ends the caller's own membership.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::{IdempotencyKey, member::LeaveOrganization};

use crate::{
    context::ContextExt,
    error::{Answer, UserError, mutation_result},
    id,
};

/// Options of `leaveOrganization`.
#[derive(InputObject)]
pub struct LeaveOrganizationInput {
    /// Makes a retry safe: a repeated request with the same key returns the first result, although the caller is no longer
    /// a member. 1 to 100 characters.
    idempotency_key: Option<String>,
}

/// Result of `leaveOrganization`.
#[derive(SimpleObject)]
pub struct LeaveOrganizationPayload {
    /// Global id of the deactivated member; `null` when there are errors.
    left_id: Option<ID>,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// The mutation that ends the caller's own membership.
#[derive(Default)]
pub struct LeaveMutation;

#[Object]
impl LeaveMutation {
    /// Ends the caller's own membership. The last owner cannot leave. The session stays valid for `switchOrganization` to
    /// another organization. For all roles.
    async fn leave_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: Option<LeaveOrganizationInput>,
    ) -> Answer<LeaveOrganizationPayload> {
        let request = ctx.request();
        let done = async {
            let key = input.and_then(|input| input.idempotency_key);
            let Err(outside) = request.access() else {
                let row = request.write(&LeaveOrganization, key.as_deref()).await?;
                return Ok(row.id);
            };
            let key = IdempotencyKey::parse_optional(key.as_deref())?;
            let (Ok(caller), Some(key)) = (request.caller(), key) else {
                return Err(outside);
            };
            request.release().await;
            let left = request.outlay().has_left(caller, &key).await?;
            left.ok_or(outside)
        };
        mutation_result(done.await, |left, errors| LeaveOrganizationPayload {
            left_id: left.map(id::encode),
            errors,
        })
    }
}
