//! Anything by its global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use futures::future::join_all;
use outlay_domain::{Error, member as members};
use uuid::Uuid;

use crate::{
    account::Account,
    budget::Budget,
    category::Category,
    context::ContextExt,
    department::Department,
    error::{Answer, found, problem},
    expense::Expense,
    id::{Kind, decode},
    import::Import,
    loader,
    member::{Invitation, Member},
    organization::Organization,
};

/// The most ids that one `nodes` answers.
const MAX_NODES: usize = 100;

/// Something with a global id, which `node` finds again.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    /// An organization.
    Organization(Organization),
    /// A member.
    Member(Member),
    /// An invitation.
    Invitation(Invitation),
    /// A department.
    Department(Department),
    /// A category.
    Category(Category),
    /// An account.
    Account(Account),
    /// A budget.
    Budget(Budget),
    /// An expense.
    Expense(Expense),
    /// An import.
    Import(Import),
}

/// Queries by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object of this id; null when there is none, or none that the caller may know of.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of anything.")] id: ID,
    ) -> Answer<Node> {
        find(ctx, &id).await
    }

    /// The objects of these ids, in their order; null for each that there is not.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, 100 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Answer<Node>>> {
        if ids.len() > MAX_NODES {
            let error = Error::LimitExceeded {
                field: Some("ids"),
                message: format!("{} ids are too many: {MAX_NODES} at most.", ids.len()),
            };
            return Err(problem(&error));
        }
        // Who may read nothing is told so once, not for each id.
        ctx.snapshot()?;
        Ok(join_all(ids.iter().map(|id| find(ctx, id))).await)
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Answer<Node> {
    let (kind, id) = decode(id)?;
    match kind {
        Kind::Organization => node(found::<Organization>(find_organization(ctx, id).await)),
        Kind::User => None,
        Kind::Member => node(loader::member::<Member>(ctx, id).await),
        Kind::Invitation => node(found::<Invitation>(find_invitation(ctx, id).await)),
        Kind::Department => node(loader::department::<Department>(ctx, id).await),
        Kind::Category => node(loader::category::<Category>(ctx, id).await),
        Kind::Account => node(loader::account::<Account>(ctx, id).await),
        Kind::Budget => node(loader::budget::<Budget>(ctx, id).await),
        Kind::Expense => node(loader::expense::<Expense>(ctx, id).await),
        Kind::Import => node(loader::import::<Import>(ctx, id).await),
    }
}

fn node(found: Answer<impl Into<Node>>) -> Answer<Node> {
    Some(found?.map(Into::into))
}

/// The organization of the session; every other is one that the caller may not know of.
async fn find_organization(
    ctx: &Context<'_>,
    id: Uuid,
) -> outlay_domain::Result<Option<Organization>> {
    let request = ctx.request();
    if id != request.access()?.tenant().id() {
        return Ok(None);
    }
    let organization = request.outlay().get_organization(id);
    Ok(Some(request.read_shared(organization).await?.into()))
}

async fn find_invitation(ctx: &Context<'_>, id: Uuid) -> outlay_domain::Result<Option<Invitation>> {
    let row = members::find_invitation(ctx.request().snapshot()?.cx(), id).await?;
    Ok(row.map(Into::into))
}
