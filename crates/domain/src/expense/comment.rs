//! Comments of expenses: visible to everybody who may see the expense, changed and deleted by their author.

use std::collections::HashMap;

use outlay_entity::tenant::{
    ExpenseCommentId, ExpenseId, expense,
    expense_comment::{ActiveModel, Column, Entity, Model, Row},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait,
};
use serde::Serialize;
use uuid::Uuid;

use super::{Standing, lock_visible};
use crate::{
    Action, Command, Context, Deleted, Error, Result, WriteContext,
    noun::{Noun, Visible},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
    value::Remark,
    write::{self, Parent},
};

/// The most comments of one expense.
const MAX_COMMENTS: u64 = 1_000;

impl Noun for Entity {
    const NAME: &'static str = "comment";
    const MANAGE: Permission = Permission::Comment;

    /// Those of the expenses that the caller may see.
    fn visible(cx: &Context) -> Visible {
        match read::visible::<expense::Entity>(cx) {
            Some(_) if matches!(expense::Entity::visible(cx), Visible::All) => Visible::All,
            Some(expenses) => {
                let ids = expenses.select_only().column(expense::Column::Id);
                let of_visible = Column::ExpenseId.in_subquery(ids.into_query());
                Visible::Where(Condition::all().add(of_visible))
            }
            None => Visible::Nothing,
        }
    }

    /// Comments are audited with their expense.
    fn audited(row: &Model) -> Uuid {
        row.expense_id.uuid()
    }
}

/// A page of the comments of each of these expenses, oldest first: one statement.
///
/// # Errors
/// `Invalid` for a cursor of another list.
pub async fn comments(
    cx: &Context,
    expenses: &[ExpenseId],
    request: &PageRequest,
    fetch: &Fetch,
) -> Result<HashMap<ExpenseId, Page<Row>>> {
    let order = Order::by("CREATED_AT", keys![Row: created_at Time]);
    read::children::<expense::Entity, Entity>(cx, "expense_id", expenses, order, request, fetch)
        .await
}

/// A new comment.
#[derive(Debug, Clone, Serialize)]
pub struct AddExpenseComment {
    /// The expense.
    pub expense_id: ExpenseId,
    /// The remark.
    pub text: Remark,
}

impl Command for AddExpenseComment {
    type Output = Model;
    const ACTION: Action = Action::ExpenseAddComment;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let expense = lock_visible(cx, self.expense_id, "expenseId").await?;
        let others = Entity::find().filter(Column::ExpenseId.eq(expense.id));
        if others.count(cx.db()).await? >= MAX_COMMENTS {
            return Err(Error::LimitExceeded {
                field: Some("expenseId"),
                message: format!("An expense has at most {MAX_COMMENTS} comments."),
            });
        }
        note(cx, &expense);
        let row = ActiveModel {
            expense_id: Set(self.expense_id),
            author_id: Set(cx.member_id()),
            text: Set(self.text.clone().into()),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}

/// A change of a comment.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateExpenseComment {
    /// The comment.
    pub id: ExpenseCommentId,
    /// The version that the caller has seen.
    pub version: i32,
    /// The remark.
    pub text: Remark,
}

impl Command for UpdateExpenseComment {
    type Output = Model;
    const ACTION: Action = Action::ExpenseUpdateComment;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = lock_own(cx, self.id, self.version).await?;
        let change = ActiveModel {
            text: Set(self.text.clone().into()),
            ..Default::default()
        };
        write::update::<Entity>(cx, &old, change).await
    }
}

/// Deletes a comment.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteExpenseComment {
    /// The comment.
    pub id: ExpenseCommentId,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteExpenseComment {
    type Output = Deleted<Entity>;
    const ACTION: Action = Action::ExpenseDeleteComment;

    async fn run(&self, cx: &WriteContext) -> Result<Deleted<Entity>> {
        let old = lock_own(cx, self.id, self.version).await?;
        write::delete::<Entity>(cx, &old).await
    }
}

/// The comment to change, which its author alone may, locked at the version that the caller has seen.
async fn lock_own(cx: &WriteContext, id: ExpenseCommentId, version: i32) -> Result<Model> {
    let row = write::lock_visible::<Entity>(cx, id).await?;
    if row.author_id != cx.member_id() {
        return Err(Error::Forbidden(
            "Only the author can change or delete a comment.".into(),
        ));
    }
    write::check_version(row.version, version)?;
    let expense = lock_visible(cx, row.expense_id, "id").await?;
    note(cx, &expense);
    Ok(row)
}

/// Tells the audit event which expense it is about, and who may see it.
fn note(cx: &WriteContext, expense: &expense::Model) {
    cx.note_parent(Parent {
        id: expense.id.uuid(),
        version: expense.version,
        standing: Standing::of(expense),
    });
}
