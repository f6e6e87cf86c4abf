//! Comments of expenses in the schema.

use async_graphql::ID;
use outlay_derive::fields;
use outlay_domain::{
    entity::tenant::{ExpenseId, MemberId, expense_comment},
    expense::{AddExpenseComment, DeleteExpenseComment, UpdateExpenseComment},
};

use super::Expense;
use crate::{
    input::input,
    member::Member,
    payload::{deletion, mutations, payload},
    relation::{One, Required},
};

/// A comment of a member on an expense. Visible to everybody who is allowed to see the expense.
#[fields(expense_comment)]
impl ExpenseComment {
    /// Text of the comment.
    fn text(text: &str) -> &str {
        text
    }

    /// Member who wrote it.
    fn author(author_id: MemberId) -> Required<Member> {
        author_id.into()
    }

    /// Expense that it belongs to.
    fn expense(expense_id: ExpenseId) -> One<Expense> {
        expense_id.into()
    }
}

input! {
    /// A new comment.
    AddExpenseCommentInput => AddExpenseComment {
        /// Global id of the expense.
        expense_id: ID,
        /// Text of the comment, 1 to 2,000 characters.
        text: String,
    }
}

input! {
    /// Changes to a comment.
    UpdateExpenseCommentInput => UpdateExpenseComment, of "comment" {
        /// Text of the comment, 1 to 2,000 characters.
        text: String,
    }
}

payload! {
    AddExpenseCommentPayload "addExpenseComment", UpdateExpenseCommentPayload "updateExpenseComment":
    comment ExpenseComment
}

deletion! {
    DeleteExpenseCommentInput, DeleteExpenseCommentPayload "deleteExpenseComment", "comment": DeleteExpenseComment
}

mutations! {
    /// Mutations of comments.
    CommentMutation;
    /// Adds a comment to an expense. For all roles but viewers, on expenses that the caller is allowed to see.
    add_expense_comment(AddExpenseCommentInput) -> AddExpenseCommentPayload by write;
    /// Changes a comment. For its author.
    update_expense_comment(UpdateExpenseCommentInput) -> UpdateExpenseCommentPayload by write;
    /// Deletes a comment. For its author.
    delete_expense_comment(DeleteExpenseCommentInput) -> DeleteExpenseCommentPayload by delete;
}
