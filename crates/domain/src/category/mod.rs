//! Categories: kinds of spending.

use outlay_entity::tenant::category::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use crate::{
    Command, Context, Result, WriteContext,
    page::{self, Key, Ordering, Page, PageRequest},
    permission::Permission,
    value::Name,
    write::{self, Deleted, set},
};

const NOUN: &str = "category";

/// Categories by name. Every member may see them.
///
/// # Errors
/// `Invalid` for a cursor that is none.
pub async fn list(cx: &Context, request: &PageRequest) -> Result<Page<Model>> {
    let ordering = Ordering::<Entity>::by_name(Column::Name, Column::Id, |row| {
        vec![Key::Text(row.name.clone()), Key::Id(row.id)]
    });
    page::fetch(cx.db(), Entity::find(), &ordering, request).await
}

/// How many categories there are.
///
/// # Errors
/// The database's own.
pub async fn count(cx: &Context) -> Result<u64> {
    Ok(Entity::find().count(cx.db()).await?)
}

/// The categories of these ids that there are, in no order.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    page::by_ids(cx.db(), Entity::find(), Column::Id, ids).await
}

/// A new category.
#[derive(Debug, Clone)]
pub struct CreateCategory {
    /// Its name, unique whatever the case.
    pub name: Name,
}

impl Command for CreateCategory {
    type Output = Model;
    const ACTION: &'static str = "category.create";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let row = ActiveModel {
            id: Set(Uuid::now_v7()),
            name: Set(self.name.as_str().to_owned()),
            ..Default::default()
        };
        Ok(row.insert(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// A change of a category; `None` leaves a value as it is.
#[derive(Debug, Clone)]
pub struct UpdateCategory {
    /// The category.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
    /// Its name.
    pub name: Option<Name>,
}

impl Command for UpdateCategory {
    type Output = Model;
    const ACTION: &'static str = "category.update";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        let row = ActiveModel {
            id: Set(self.id),
            name: set(self.name.clone()),
            version: Set(old.version + 1),
            updated_at: Set(chrono::Utc::now()),
            ..Default::default()
        };
        Ok(row.update(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// Deletes a category that nothing refers to.
#[derive(Debug, Clone)]
pub struct DeleteCategory {
    /// The category.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteCategory {
    type Output = Deleted;
    const ACTION: &'static str = "category.delete";

    async fn run(&self, cx: &WriteContext) -> Result<Deleted> {
        cx.require(Permission::ManageBooks)?;
        write::delete::<Entity>(cx, NOUN, self.id, self.version).await
    }

    async fn recall(&self, _: &WriteContext, id: Uuid) -> Result<Deleted> {
        Ok(Deleted(id))
    }
}
