//! Inviting, revoking and accepting.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use outlay_domain::{
    IdempotencyKey,
    member::{AcceptInvitation, InviteMember, RevokeInvitation},
    value::{Email, Name, Password},
};

use super::super::{Invitation, Member, Role};
use crate::{
    context::ContextExt,
    directive::{cost, credential},
    error::{Answer, UserError, answer},
    id::Kind,
    identity::Session,
    loader,
};

/// An offer of membership.
#[derive(InputObject)]
pub struct InviteMemberInput {
    /// The e-mail address of the person.
    email: String,
    /// The role that accepting gives. Only owners invite owners.
    role: Role,
    /// The department that accepting gives.
    department_id: Option<ID>,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

/// Which invitation to take back.
#[derive(InputObject)]
pub struct RevokeInvitationInput {
    /// Global id of the invitation.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// Who follows an invitation's link.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// The last segment of the link.
    token: String,
    /// The name that colleagues will see, 1 to 200 characters; needed by a new user, one who is known keeps theirs.
    display_name: Option<String>,
    /// The password that a new user chooses, 10 to 200 characters, or that of one who is known. One who is signed
    /// in with the address invited needs none.
    password: Option<String>,
    /// Makes a repeated request safe: the same key, from the same person, gives the same member again, with a new
    /// session. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl AcceptInvitationInput {
    fn parse(self) -> outlay_domain::Result<AcceptInvitation> {
        Ok(AcceptInvitation {
            display_name: self
                .display_name
                .map(|name| Name::parse("displayName", &name))
                .transpose()?,
            password: self
                .password
                .map(|password| Password::parse("password", &password))
                .transpose()?,
            token: self.token,
        })
    }
}

/// What became of `inviteMember`.
#[derive(SimpleObject)]
pub struct InviteMemberPayload {
    /// The invitation; null when there are errors.
    invitation: Option<Invitation>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `revokeInvitation`.
#[derive(SimpleObject)]
pub struct RevokeInvitationPayload {
    /// The invitation as it is now; null when there are errors.
    invitation: Option<Invitation>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `acceptInvitation`.
#[derive(SimpleObject)]
pub struct AcceptInvitationPayload {
    /// The member that the receiver is now; null when there are errors.
    member: Answer<Member>,
    /// A session bound to the organization; null when there are errors.
    session: Option<Session>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of invitations.
#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Invites a person. The link in the answer is to be sent to them. For owners and admins.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and as what.")] input: InviteMemberInput,
    ) -> Answer<InviteMemberPayload> {
        let done = async {
            let command = InviteMember {
                email: Email::parse("email", &input.email)?,
                role: input.role.into(),
                department_id: Kind::Department
                    .parse_optional("departmentId", input.department_id.as_ref())?,
                lifetime: ctx.request().outlay().invitation_lifetime(),
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| InviteMemberPayload {
            invitation: row.map(Into::into),
            errors,
        })
    }

    /// Takes back an invitation that is not answered yet: its link stops working. For owners and admins.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invitation.")] input: RevokeInvitationInput,
    ) -> Answer<RevokeInvitationPayload> {
        let done = async {
            let id = Kind::Invitation.parse("id", &input.id)?;
            let command = RevokeInvitation {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| RevokeInvitationPayload {
            invitation: row.map(Into::into),
            errors,
        })
    }

    /// Makes the receiver of an invitation a member, as a new user or as one who is known. Needs no access token.
    #[graphql(directive = cost::apply("50".to_owned()), directive = credential::apply())]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's token, and who follows it.")] input: AcceptInvitationInput,
    ) -> Answer<AcceptInvitationPayload> {
        let request = ctx.request();
        let done = async {
            let key = IdempotencyKey::parse_optional(input.idempotency_key.as_deref())?;
            let accept = input.parse()?;
            request.release().await;
            let joined = request
                .outlay()
                .accept_invitation(
                    accept,
                    request.caller().ok(),
                    key.as_ref(),
                    request.network(),
                )
                .await?;
            let id = joined.access.member().member_id;
            request.adopt(joined.access).await;
            Ok((loader::member(ctx, id).await, joined.session))
        };
        answer(done.await, |joined, errors| {
            let (member, session) = joined.unzip();
            AcceptInvitationPayload {
                member: member.flatten(),
                session: session.map(Into::into),
                errors,
            }
        })
    }
}
