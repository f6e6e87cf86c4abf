//! Comments of expenses.

use sea_orm::entity::prelude::*;

use super::{ExpenseId, MemberId};

crate::record::table! {
    /// A remark of a member on an expense.
    "expense_comment" {
        /// The expense.
        expense_id: ExpenseId,
        /// The member who wrote it.
        author_id: MemberId,
        /// The remark, on several lines if need be.
        text: String,
    }
}
