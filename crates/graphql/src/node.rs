//! Objects by global id.

use async_graphql::{Context, ID, Object, Result};
use futures::future::join_all;
use outlay_domain::Error;

use crate::{
    context::ContextExt,
    error::{Answer, problem},
    id::decode,
    noun::{self, Node},
};

/// The maximum number of ids in one `nodes`.
const MAX_NODES: usize = 100;

/// Queries by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id. `null` when it does not exist or the caller is not allowed to see it. Users have global ids,
    /// but are not returned.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Answer<Node> {
        find(ctx, &id).await
    }

    /// The objects with these ids, in the order of the ids. `null` for each id that does not exist or that the caller is
    /// not allowed to see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Answer<Node>>> {
        if ids.len() > MAX_NODES {
            let error = Error::LimitExceeded {
                field: Some("ids"),
                message: format!("{} ids are too many: at most {MAX_NODES}.", ids.len()),
            };
            return Err(problem(&error));
        }
        // A caller without access gets one error, not one for each id.
        ctx.snapshot()?;
        Ok(join_all(ids.iter().map(|id| find(ctx, id))).await)
    }
}

async fn find(ctx: &Context<'_>, id: &ID) -> Answer<Node> {
    let (kind, id) = decode(id)?;
    noun::find(ctx, kind, id).await
}
