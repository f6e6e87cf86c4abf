//! Categories: kinds of spending.

use outlay_entity::tenant::{
    CategoryId,
    category::{ActiveModel, Entity, Model, Row},
};
use sea_orm::{ActiveValue::Set, Condition};
use serde::Serialize;

use crate::{
    Action, Command, Context, Deletable, Result, WriteContext,
    noun::{Noun, Unique},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
    value::Name,
    write::{self, set},
};

impl Noun for Entity {
    const NAME: &'static str = "category";
    const MANAGE: Permission = Permission::ManageBooks;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "category_name_key",
        field: Some("name"),
        message: "Another category has this name; choose a different one.",
    }];
}

impl Deletable for Entity {
    const DELETE: Action = Action::CategoryDelete;
}

/// Lists categories by name. Every member may see them.
///
/// # Errors
/// `Invalid` for a cursor of another list.
pub async fn list(cx: &Context, request: &PageRequest, fetch: &Fetch) -> Result<Page<Row>> {
    let order = Order::by("NAME", keys![Row: name Text]);
    read::list::<Entity>(cx, &Condition::all(), order, request, fetch).await
}

/// Creates a category.
#[derive(Debug, Clone, Serialize)]
pub struct CreateCategory {
    /// Name, unique regardless of case.
    pub name: Name,
}

impl Command for CreateCategory {
    type Output = Model;
    const ACTION: Action = Action::CategoryCreate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let row = ActiveModel {
            name: Set(self.name.clone().into()),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}

/// Changes a category; `None` leaves a value unchanged.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateCategory {
    /// The category.
    pub id: CategoryId,
    /// The version that the caller has read.
    pub version: i32,
    /// Name.
    pub name: Option<Name>,
}

impl Command for UpdateCategory {
    type Output = Model;
    const ACTION: Action = Action::CategoryUpdate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        let change = ActiveModel {
            name: set(self.name.clone()),
            ..Default::default()
        };
        write::update::<Entity>(cx, &old, change).await
    }
}
