//! Mutations that refresh a session, open one in another organization, and end it.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use outlay_domain::{IdempotencyKey, value::Slug};

use super::super::Session;
use crate::{
    context::ContextExt,
    directive::credential,
    error::{Answer, UserError, credential_result, mutation_result},
};

/// The refresh token to exchange.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The latest refresh token of the session.
    refresh_token: String,
}

/// The organization to open a session in.
#[derive(InputObject)]
pub struct SwitchOrganizationInput {
    /// Slug of the organization. The caller must be an active member of it.
    organization: String,
}

/// Options of `signOut`.
#[derive(InputObject)]
pub struct SignOutInput {
    /// Makes a retry safe: a repeated request with the same key returns the first result, although the session has ended.
    /// 1 to 100 characters.
    idempotency_key: Option<String>,
}

/// Result of `refreshSession`.
#[derive(SimpleObject)]
pub struct RefreshSessionPayload {
    /// The new tokens of the session; `null` when there are errors.
    session: Option<Session>,
    /// Errors that the caller can fix; empty on success. `UNAUTHENTICATED`: the session has ended; sign in again.
    errors: Vec<UserError>,
}

/// Result of `switchOrganization`.
#[derive(SimpleObject)]
pub struct SwitchOrganizationPayload {
    /// A session bound to the organization; `null` when there are errors.
    session: Option<Session>,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// Result of `signOut`.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Whether the session has ended.
    signed_out: bool,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// Mutations of the caller's session.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Exchanges a refresh token for new tokens of the same session. Each refresh token is valid for one call; a second use
    /// ends the session. Requires no access token.
    #[graphql(directive = credential::apply())]
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: RefreshSessionInput,
    ) -> Answer<RefreshSessionPayload> {
        ctx.request().release().await;
        let done = ctx.request().outlay().refresh(&input.refresh_token).await;
        credential_result(done, |session, errors| RefreshSessionPayload {
            session: session.map(Into::into),
            errors,
        })
    }

    /// Opens a session in another organization of the caller. The caller's current session stays valid. For every
    /// authenticated user.
    async fn switch_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: SwitchOrganizationInput,
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
        mutation_result(done.await, |session, errors| SwitchOrganizationPayload {
            session: session.map(Into::into),
            errors,
        })
    }

    /// Ends the caller's session. All servers reject its tokens within one second. For every authenticated user.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: Option<SignOutInput>,
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
        mutation_result(done.await, |done, errors| SignOutPayload {
            signed_out: done.is_some(),
            errors,
        })
    }
}
