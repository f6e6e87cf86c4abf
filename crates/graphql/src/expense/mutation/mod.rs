//! Writing expenses.

mod status;
mod write;

use async_graphql::{Context, MergedObject};
use outlay_domain::{Command, Result, entity::tenant::expense::Model, expense};

use super::ahead;
use crate::context::ContextExt;

/// Mutations of expenses.
#[derive(MergedObject, Default)]
pub struct ExpenseMutation(write::ExpenseWriteMutation, status::ExpenseStatusMutation);

/// Does one write of an expense, and reads what the payload nests in it.
async fn write(
    ctx: &Context<'_>,
    command: &impl Command<Output = Model>,
    key: Option<&str>,
) -> Result<Model> {
    let row = ctx.request().write(command, key).await?;
    let reading = ahead::of_payload(ctx);
    // It is written: an error is left to the fields, which will ask again.
    if !reading.relations.is_empty()
        && let Ok(snapshot) = ctx.request().snapshot()
        && let Ok(related) = expense::related(snapshot.cx(), &row, &reading).await
    {
        ahead::keep(related, &snapshot.ahead);
    }
    Ok(row)
}
