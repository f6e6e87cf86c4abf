//! The mutation that accepts an invitation.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use outlay_domain::{
    IdempotencyKey,
    member::AcceptInvitation,
    value::{Name, Password},
};

use crate::{
    context::ContextExt,
    directive::{cost, credential},
    error::{Answer, UserError, mutation_result},
    identity::Session,
    member::Member,
    relation,
};

/// An invitation, and the person who accepts it.
#[derive(InputObject)]
pub struct AcceptInvitationInput {
    /// Token of the invitation: the last path segment of its `link`.
    token: String,
    /// Name shown to other members, 1 to 200 characters. Required for a new user; ignored for an existing one.
    display_name: Option<String>,
    /// Password of an existing user, or the new password of a new user, 10 to 200 characters. Not required when the caller is
    /// signed in with the invited e-mail address.
    password: Option<String>,
    /// Makes a retry safe: a repeated request with the same key and the same password returns the same member, with a new
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

/// Result of `acceptInvitation`.
#[derive(SimpleObject)]
pub struct AcceptInvitationPayload {
    /// The new member; `null` when there are errors.
    member: Answer<Member>,
    /// A session bound to the organization; `null` when there are errors.
    session: Option<Session>,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// The mutation that accepts an invitation.
#[derive(Default)]
pub struct AcceptMutation;

#[Object]
impl AcceptMutation {
    /// Accepts an invitation, as a new user or as an existing one. Requires no access token.
    #[graphql(directive = cost::apply("50".to_owned()), directive = credential::apply())]
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: AcceptInvitationInput,
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
            Ok((
                relation::find_selected(ctx, "member", id).await,
                joined.session,
            ))
        };
        mutation_result(done.await, |joined, errors| {
            let (member, session) = joined.unzip();
            AcceptInvitationPayload {
                member: member.flatten(),
                session: session.map(Into::into),
                errors,
            }
        })
    }
}
