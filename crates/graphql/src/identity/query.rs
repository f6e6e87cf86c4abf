//! Queries about the caller.

use async_graphql::{Context, Object, Result};
use outlay_domain::{Error, identity::Caller, tenancy::TenantAccess};

use super::User;
use crate::{
    context::ContextExt,
    error::{Answer, found, problem},
    member::Member,
    organization::Organization,
    relation,
};

/// Queries about the caller.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// The caller; `null`, with the error `UNAUTHENTICATED`, without a valid access token. For every authenticated user,
    /// with or without an organization.
    async fn viewer(&self, ctx: &Context<'_>) -> Answer<Viewer> {
        found(ctx.request().caller().map(|caller| Viewer(*caller)))
    }
}

/// The caller: the authenticated user, and the user's member in the session's organization.
pub struct Viewer(Caller);

impl Viewer {
    /// The caller's access to the session's organization; `None` when the session is bound to none. When the membership has
    /// ended, only the fields that depend on it fail, so that the user can still list and select other organizations.
    fn access(ctx: &Context<'_>) -> Option<outlay_domain::Result<TenantAccess>> {
        match ctx.request().access() {
            Err(Error::TenantRequired) => None,
            access => Some(access),
        }
    }
}

/// The caller: the authenticated user, and the user's member in the session's organization.
#[Object]
impl Viewer {
    /// The authenticated user.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        let user = ctx.request().outlay().get_user(self.0.user_id);
        let user = ctx.request().read_shared(user).await;
        user.map(Into::into).map_err(|error| problem(&error))
    }

    /// The user's member in the session's organization. `null` when the session is bound to no organization; `null`, with
    /// an error, when the membership has ended.
    async fn member(&self, ctx: &Context<'_>) -> Answer<Member> {
        match Self::access(ctx)? {
            Ok(access) => relation::find(ctx, access.member().member_id).await,
            Err(error) => Some(Err(problem(&error))),
        }
    }

    /// The organization that the session is bound to. `null` when it is bound to none; `null`, with an error, when the
    /// membership has ended.
    async fn organization(&self, ctx: &Context<'_>) -> Answer<Organization> {
        let access = Self::access(ctx)?;
        let organization = async {
            let id = access?.tenant().id();
            let organization = ctx.request().outlay().get_organization(id);
            ctx.request().read_shared(organization).await
        };
        found(organization.await.map(Organization::from))
    }
}
