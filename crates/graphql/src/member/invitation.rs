//! Invitations in the schema: offers of membership.

mod accept;

use async_graphql::{Context, Enum, ID, MergedObject, Object};
use outlay_derive::fields;
use outlay_domain::{
    Error,
    entity::tenant::{self, DepartmentId, MemberId, invitation},
    member::{self as members, InviteMember, RevokeInvitation},
    permission::Permission,
};

use super::{Member, Role};
use crate::{
    context::{ContextExt, RequestContext},
    department::Department,
    error::{Answer, found},
    input::{Parsing, input},
    payload::{self, mutations, payload},
    relation::One,
    root::query,
    scalar::DateTime,
};

/// Status of an invitation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::InvitationStatus")]
pub enum InvitationStatus {
    /// Not answered yet.
    Pending,
    /// Accepted: the recipient is a member.
    Accepted,
    /// Revoked.
    Revoked,
}

/// An offer of membership, visible to members who may invite.
#[fields(invitation)]
impl Invitation {
    /// The e-mail address invited.
    fn email(email: &str) -> &str {
        email
    }

    /// The role that the new member will have.
    fn role(role: tenant::Role) -> Role {
        role.into()
    }

    /// The department that the new member will work in.
    fn department(department_id: Option<DepartmentId>) -> One<Department> {
        department_id.into()
    }

    /// The member who sent it.
    fn invited_by(invited_by: MemberId) -> One<Member> {
        invited_by.into()
    }

    /// Status.
    fn status(status: tenant::InvitationStatus) -> InvitationStatus {
        status.into()
    }

    /// It cannot be accepted after this time.
    fn expires_at(expires_at: outlay_domain::Time) -> DateTime {
        DateTime(expires_at)
    }

    /// The link that accepts it. Send it to the recipient only: whoever has the link can become the member. `null` once it
    /// was accepted or revoked, and for admins where it makes an owner.
    #[reads(id, role, status)]
    async fn link(&self, ctx: &Context<'_>) -> Answer<String> {
        found(self.find_link(ctx.request()))
    }
}

impl Invitation {
    fn find_link(&self, request: &RequestContext) -> outlay_domain::Result<Option<String>> {
        let snapshot = request.snapshot()?;
        let needed = match self.0.role().copied().map_err(Error::internal)? {
            tenant::Role::Owner => Permission::ManageOwners,
            _ => Permission::ManageMembers,
        };
        let status = self.0.status().copied().map_err(Error::internal)?;
        if status != tenant::InvitationStatus::Pending || !snapshot.cx().can(needed) {
            return Ok(None);
        }
        let organization = snapshot.cx().access().tenant().id();
        let id = self.0.id().copied().map_err(Error::internal)?;
        let link = request.outlay().invitation_link(organization, id)?;
        Ok(Some(link))
    }
}

query! {
    /// Queries about invitations.
    InvitationQuery of Invitation;
    /// Pending invitations, newest first. For owners and admins; `null`, with the error `FORBIDDEN`, for others.
    invitations() -> Answer |cx, request, fetch| members::invitations(cx, request, fetch).await;
}

/// An offer of membership.
#[derive(async_graphql::InputObject)]
pub struct InviteMemberInput {
    /// E-mail address of the person.
    email: String,
    /// The role that the new member will have. Only owners invite owners.
    role: Role,
    /// Global id of the department that the new member will work in.
    department_id: Option<ID>,
    /// Makes a retry safe: a repeated request with the same key returns the first result. 1 to 100 characters.
    idempotency_key: Option<String>,
}

input! {
    /// The invitation to revoke.
    RevokeInvitationInput => RevokeInvitation, of "invitation" {}
}

payload! {
    InviteMemberPayload "inviteMember", RevokeInvitationPayload "revokeInvitation":
    invitation Invitation
}

/// The mutation that invites.
#[derive(Default)]
pub struct InviteMutation;

#[Object]
impl InviteMutation {
    /// Invites a person. Send the link of the result to them. For owners and admins.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: InviteMemberInput,
    ) -> Answer<InviteMemberPayload> {
        let key = input.idempotency_key;
        let mut parsing = Parsing::default();
        let email = parsing.field("email", input.email);
        let department_id = parsing.field("department_id", input.department_id);
        let lifetime = ctx.request().outlay().invitation_lifetime();
        let role = input.role.into();
        let command = (|| {
            Some(InviteMember {
                email: email?,
                role,
                department_id: department_id?,
                lifetime,
            })
        })();
        payload::run(ctx, parsing.finish(command), key.as_deref()).await
    }
}

mutations! {
    /// The mutation that revokes invitations.
    RevocationMutation;
    /// Revokes a pending invitation: its link stops working. For owners and admins.
    revoke_invitation(RevokeInvitationInput) -> RevokeInvitationPayload by write;
}

/// Mutations of invitations.
#[derive(MergedObject, Default)]
pub struct InvitationMutation(InviteMutation, RevocationMutation, accept::AcceptMutation);
