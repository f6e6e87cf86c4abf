//! Keeping a session, binding it to another organization, and ending it.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use outlay_domain::{IdempotencyKey, value::Slug};

use super::super::Session;
use crate::{
    context::ContextExt,
    directive::credential,
    error::{Answer, UserError, answer, answer_sign_in},
};

/// The refresh token to exchange.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The newest refresh token of the session.
    refresh_token: String,
}

/// Which organization to go to.
#[derive(InputObject)]
pub struct SwitchOrganizationInput {
    /// Slug of the organization, which the caller must be a member of.
    organization: String,
}

/// How to sign out.
#[derive(InputObject)]
pub struct SignOutInput {
    /// Makes a repeated request safe: the same key gives the first answer again, though the session has ended. 1 to
    /// 100 characters.
    idempotency_key: Option<String>,
}

/// What became of `refreshSession`.
#[derive(SimpleObject)]
pub struct RefreshSessionPayload {
    /// The session's new tokens; null when there are errors.
    session: Option<Session>,
    /// What to mend; empty when it was done. UNAUTHENTICATED: the session has ended, sign in again.
    errors: Vec<UserError>,
}

/// What became of `switchOrganization`.
#[derive(SimpleObject)]
pub struct SwitchOrganizationPayload {
    /// A session bound to the organization; null when there are errors.
    session: Option<Session>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `signOut`.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Whether the session has ended.
    signed_out: bool,
    /// What to mend; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of the caller's session.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Exchanges a refresh token for new tokens of the same session, once: a token that comes a second time ends the
    /// session. Needs no access token.
    #[graphql(directive = credential::apply())]
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: RefreshSessionInput,
    ) -> Answer<RefreshSessionPayload> {
        ctx.request().release().await;
        let done = ctx.request().outlay().refresh(&input.refresh_token).await;
        answer_sign_in(done, |session, errors| RefreshSessionPayload {
            session: session.map(Into::into),
            errors,
        })
    }

    /// Opens a session in another organization of the caller's; the caller's own session goes on.
    async fn switch_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organization.")] input: SwitchOrganizationInput,
    ) -> Answer<SwitchOrganizationPayload> {
        let done = async {
            let caller = ctx.request().caller()?;
            let slug = Slug::parse("organization", &input.organization)?;
            ctx.request().release().await;
            ctx.request()
                .outlay()
                .switch_organization(caller, slug.as_str())
                .await
        };
        answer(done.await, |session, errors| SwitchOrganizationPayload {
            session: session.map(Into::into),
            errors,
        })
    }

    /// Ends the caller's session: its tokens are refused everywhere within a second.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A key, to repeat it safely.")] input: Option<SignOutInput>,
    ) -> Answer<SignOutPayload> {
        let request = ctx.request();
        let done = async {
            let key = input.and_then(|input| input.idempotency_key);
            let key = IdempotencyKey::parse_optional(key.as_deref())?;
            request.release().await;
            match (request.caller(), request.ended(), &key) {
                (Ok(caller), ..) => request.outlay().sign_out(caller, key.as_ref()).await,
                (Err(error), Some(ended), Some(key)) => {
                    let done = request.outlay().has_signed_out(ended, key).await?;
                    done.then_some(()).ok_or(error)
                }
                (Err(error), ..) => Err(error),
            }
        };
        answer(done.await, |done, errors| SignOutPayload {
            signed_out: done.is_some(),
            errors,
        })
    }
}
