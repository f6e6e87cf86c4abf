//! Reading members and invitations.

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{member, page::PageRequest};

use super::{Member, MemberConnection, filter::MemberFilter, invitation::InvitationConnection};
use crate::{
    context::ContextExt,
    error::{Answer, found, problem},
    id::Kind,
    loader,
};

/// Queries about members.
#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// The organization's members, by name, those deactivated included.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which members; all when left out.")] filter: Option<MemberFilter>,
    ) -> Result<MemberConnection> {
        let snapshot = ctx.snapshot()?;
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            let filter = filter.unwrap_or_default().parse()?;
            let page = member::list(snapshot.cx(), &filter, &request).await?;
            Ok(MemberConnection::new(page, filter))
        };
        page.await
            .map_err(|error: outlay_domain::Error| problem(&error))
    }

    /// One member; null when there is none of this id.
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the member.")] id: ID,
    ) -> Answer<Member> {
        loader::member(ctx, Kind::Member.parse("id", &id)).await
    }

    /// Invitations not answered yet, the newest first. For owners and admins; null, with the error
    /// `FORBIDDEN`, for others.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; give this or `last`.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Answer<InvitationConnection> {
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            member::invitations(ctx.request().snapshot()?.cx(), &request).await
        };
        found(page.await.map(|page| InvitationConnection::new(page, ())))
    }
}
