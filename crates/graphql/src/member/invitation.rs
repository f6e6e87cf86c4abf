//! Invitations in the schema.

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
    /// Not accepted yet.
    Pending,
    /// Accepted: the recipient is a member.
    Accepted,
    /// Revoked.
    Revoked,
}

/// An invitation to become a member. Visible to owners and admins.
#[fields(invitation)]
impl Invitation {
    /// E-mail address of the invited person.
    fn email(email: &str) -> &str {
        email
    }

    /// Role that the new member will have.
    fn role(role: tenant::Role) -> Role {
        role.into()
    }

    /// Department that the new member will work in; `null` when there is none.
    fn department(department_id: Option<DepartmentId>) -> One<Department> {
        department_id.into()
    }

    /// Member who created the invitation.
    fn invited_by(invited_by: MemberId) -> One<Member> {
        invited_by.into()
    }

    /// Status.
    fn status(status: tenant::InvitationStatus) -> InvitationStatus {
        status.into()
    }

    /// Expiry: the invitation cannot be accepted after this time.
    fn expires_at(expires_at: outlay_domain::Time) -> DateTime {
        DateTime(expires_at)
    }

    /// Link to accept the invitation. Send it only to the invited person: it is the credential for accepting. `null` when
    /// the invitation is not pending, and for admins when its role is `OWNER`.
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

/// A new invitation.
#[derive(async_graphql::InputObject)]
pub struct InviteMemberInput {
    /// E-mail address of the invited person, at most 254 characters.
    email: String,
    /// Role that the new member will have. Only owners invite owners.
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

/// The mutation that creates invitations.
#[derive(Default)]
pub struct InviteMutation;

#[Object]
impl InviteMutation {
    /// Creates an invitation. The server sends no e-mail: send the `link` of the result to the invited person. For owners and
    /// admins.
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
