//! Who asks.

use async_graphql::{Context, Object, Result};
use outlay_domain::{Error, identity::Caller, tenancy::TenantAccess};

use super::User;
use crate::{context::ContextExt, error::problem, member::Member, organization::Organization};

/// Queries about who asks.
#[derive(Default)]
pub struct IdentityQuery;

#[Object]
impl IdentityQuery {
    /// Who asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        ctx.request().caller().map(|caller| Viewer(*caller)).map_err(|error| problem(&error))
    }
}

/// Who asks: a user, and the member that the user is in the session's organization.
pub struct Viewer(Caller);

impl Viewer {
    /// None when the session is bound to no organization. A membership that has ended is an error of the fields that
    /// need it alone: the user still finds the way to other organizations.
    fn access(ctx: &Context<'_>) -> Result<Option<TenantAccess>> {
        match ctx.request().access() {
            Ok(access) => Ok(Some(access)),
            Err(Error::TenantRequired) => Ok(None),
            Err(error) => Err(problem(&error)),
        }
    }
}

/// Who asks: a user, and the member that the user is in the session's organization.
#[Object]
impl Viewer {
    /// The user.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        let user = ctx.request().outlay().get_user(self.0.user_id).await;
        user.map(Into::into).map_err(|error| problem(&error))
    }

    /// The member; null when the session is bound to no organization.
    async fn member(&self, ctx: &Context<'_>) -> Option<Result<Member>> {
        // Inside out: an error of a `Result<Option<_>>` nulls the parent too, one of an `Option<Result<_>>` the field.
        let member = async {
            let Some(access) = Self::access(ctx)? else { return Ok(None) };
            Ok(ctx.snapshot()?.member(access.member().member_id).await?.map(Into::into))
        };
        member.await.transpose()
    }

    /// The organization that the session is bound to.
    async fn organization(&self, ctx: &Context<'_>) -> Option<Result<Organization>> {
        let organization = async {
            let Some(access) = Self::access(ctx)? else { return Ok(None) };
            let row = ctx.request().outlay().get_organization(access.tenant().id()).await;
            row.map(|row| Some(row.into())).map_err(|error| problem(&error))
        };
        organization.await.transpose()
    }
}
