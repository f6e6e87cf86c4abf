//! Writing expenses.

mod status;
mod write;

use async_graphql::MergedObject;

/// Mutations of expenses.
#[derive(MergedObject, Default)]
pub struct ExpenseMutation(write::ExpenseWriteMutation, status::ExpenseStatusMutation);
