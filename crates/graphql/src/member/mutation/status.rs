//! Members who leave, and who come back.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::{
    IdempotencyKey,
    member::{DeactivateMember, LeaveOrganization, ReactivateMember},
};

use super::super::Member;
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    id::Kind,
};

/// Which member to keep out.
#[derive(InputObject)]
pub struct DeactivateMemberInput {
    /// Global id of the member.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// Which member to let in again.
#[derive(InputObject)]
pub struct ReactivateMemberInput {
    /// Global id of the member.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// How to leave.
#[derive(InputObject)]
pub struct LeaveOrganizationInput {
    /// Makes a repeated request safe: the same key gives the first answer again, though the caller is no member any
    /// more. 1 to 100 characters.
    idempotency_key: Option<String>,
}

/// What became of `deactivateMember`.
#[derive(SimpleObject)]
pub struct DeactivateMemberPayload {
    /// The member as it is now; null when there are errors.
    member: Option<Member>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `reactivateMember`.
#[derive(SimpleObject)]
pub struct ReactivateMemberPayload {
    /// The member as it is now; null when there are errors.
    member: Option<Member>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `leaveOrganization`.
#[derive(SimpleObject)]
pub struct LeaveOrganizationPayload {
    /// Global id of the member that the caller was; null when there are errors.
    left_id: Option<ID>,
    /// What stands in the way; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of a member's status.
#[derive(Default)]
pub struct MemberStatusMutation;

#[Object]
impl MemberStatusMutation {
    /// Keeps a member out; what the member did stays. For owners and admins; only owners deactivate owners, and one
    /// stays.
    async fn deactivate_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which member.")] input: DeactivateMemberInput,
    ) -> Answer<DeactivateMemberPayload> {
        let done = async {
            let id = Kind::Member.parse("id", &input.id)?;
            let command = DeactivateMember {
                id,
                version: input.version,
            };
            let row = ctx
                .request()
                .write(&command, input.idempotency_key.as_deref())
                .await?;
            ctx.request().verify_again().await;
            Ok(row)
        };
        answer(done.await, |row, errors| DeactivateMemberPayload {
            member: row.map(Into::into),
            errors,
        })
    }

    /// Lets a deactivated member in again. For owners and admins; only owners reactivate owners.
    async fn reactivate_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which member.")] input: ReactivateMemberInput,
    ) -> Answer<ReactivateMemberPayload> {
        let done = async {
            let id = Kind::Member.parse("id", &input.id)?;
            let command = ReactivateMember {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| ReactivateMemberPayload {
            member: row.map(Into::into),
            errors,
        })
    }

    /// Ends the caller's own membership; the last owner cannot leave. The session is good for other organizations
    /// still, by `switchOrganization`.
    async fn leave_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A key, to repeat it safely.")] input: Option<LeaveOrganizationInput>,
    ) -> Answer<LeaveOrganizationPayload> {
        let request = ctx.request();
        let done = async {
            let key = input.and_then(|input| input.idempotency_key);
            let Err(outside) = request.access() else {
                let row = request.write(&LeaveOrganization, key.as_deref()).await?;
                request.verify_again().await;
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
        answer(done.await, |left, errors| LeaveOrganizationPayload {
            left_id: left.map(|member| Kind::Member.id(member)),
            errors,
        })
    }
}
