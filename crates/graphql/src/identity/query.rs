//! Who asks.

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

/// Queries about who asks.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// Who asks; null, with the error `UNAUTHENTICATED`, when nobody is signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Answer<Viewer> {
        found(ctx.request().caller().map(|caller| Viewer(*caller)))
    }
}

/// Who asks: a user, and the member that the user is in the session's organization.
pub struct Viewer(Caller);

impl Viewer {
    /// None when the session is bound to no organization. A membership that has ended is an error of the fields that
    /// need it alone: the user still finds the way to other organizations.
    fn access(ctx: &Context<'_>) -> Option<outlay_domain::Result<TenantAccess>> {
        match ctx.request().access() {
            Err(Error::TenantRequired) => None,
            access => Some(access),
        }
    }
}

/// Who asks: a user, and the member that the user is in the session's organization.
#[Object]
impl Viewer {
    /// The user.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        let user = ctx.request().outlay().get_user(self.0.user_id);
        let user = ctx.request().read_shared(user).await;
        user.map(Into::into).map_err(|error| problem(&error))
    }

    /// The member; null when the session is bound to no organization.
    async fn member(&self, ctx: &Context<'_>) -> Answer<Member> {
        match Self::access(ctx)? {
            Ok(access) => relation::find(ctx, access.member().member_id).await,
            Err(error) => Some(Err(problem(&error))),
        }
    }

    /// The organization that the session is bound to.
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
