//! Anything by its global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use futures::future::try_join_all;
use outlay_domain::{Error, member as members};
use uuid::Uuid;

use crate::{
    account::Account,
    budget::Budget,
    category::Category,
    context::ContextExt,
    department::Department,
    error::problem,
    expense::Expense,
    id::{Kind, decode},
    import::Import,
    loader::Snapshot,
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
    ) -> Result<Option<Node>> {
        find(ctx, &*ctx.snapshot()?, &id).await
    }

    /// The objects of these ids, in their order; null for each that there is not.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, 100 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            let error = Error::LimitExceeded {
                field: Some("ids"),
                message: format!("{} ids are too many: {MAX_NODES} at most.", ids.len()),
            };
            return Err(problem(&error));
        }
        let snapshot = ctx.snapshot()?;
        try_join_all(ids.iter().map(|id| find(ctx, &snapshot, id))).await
    }
}

async fn find(ctx: &Context<'_>, snapshot: &Snapshot, id: &ID) -> Result<Option<Node>> {
    let Some((kind, id)) = decode(id) else {
        return Ok(None);
    };
    Ok(match kind {
        Kind::Organization => find_organization(ctx, id).await?.map(Node::Organization),
        Kind::User => None,
        Kind::Member => snapshot
            .member(id)
            .await?
            .map(|row| Node::Member(row.into())),
        Kind::Invitation => {
            let invitation = members::find_invitation(snapshot.cx(), id)
                .await
                .map_err(|error| problem(&error))?;
            invitation.map(|row| Node::Invitation(row.into()))
        }
        Kind::Department => snapshot
            .department(id)
            .await?
            .map(|row| Node::Department(row.into())),
        Kind::Category => snapshot
            .category(id)
            .await?
            .map(|row| Node::Category(row.into())),
        Kind::Account => snapshot
            .account(id)
            .await?
            .map(|row| Node::Account(row.into())),
        Kind::Budget => snapshot
            .budget(id)
            .await?
            .map(|row| Node::Budget(row.into())),
        Kind::Expense => snapshot
            .expense(id)
            .await?
            .map(|row| Node::Expense(row.into())),
        Kind::Import => snapshot
            .import(id)
            .await?
            .map(|row| Node::Import(row.into())),
    })
}

/// The organization of the session; every other is one that the caller may not know of.
async fn find_organization(ctx: &Context<'_>, id: Uuid) -> Result<Option<Organization>> {
    let request = ctx.request();
    let own = request
        .access()
        .map_err(|error| problem(&error))?
        .tenant()
        .id();
    if id != own {
        return Ok(None);
    }
    let row = request
        .outlay()
        .get_organization(id)
        .await
        .map_err(|error| problem(&error))?;
    Ok(Some(row.into()))
}
