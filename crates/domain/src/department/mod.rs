//! Departments: the parts of an organization that spend.

use outlay_entity::tenant::department::{ActiveModel, Column, Entity, Model};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use crate::{
    Command, Context, Error, Result, WriteContext, organization,
    page::{self, Key, Ordering, Page, PageRequest},
    permission::Permission,
    value::Name,
    write::{self, Deleted, set, set_optional},
};

const NOUN: &str = "department";

/// How deep departments may be nested; also what ends a search for a loop.
const MAX_DEPTH: usize = 20;

/// Departments by name. Every member may see them.
///
/// # Errors
/// `Invalid` for a cursor that is none.
pub async fn list(cx: &Context, request: &PageRequest) -> Result<Page<Model>> {
    let ordering = Ordering::<Entity>::by_name(Column::Name, Column::Id, |row| {
        vec![Key::Text(row.name.clone()), Key::Id(row.id)]
    });
    page::fetch(cx.db(), Entity::find(), &ordering, request).await
}

/// How many departments there are.
///
/// # Errors
/// The database's own.
pub async fn count(cx: &Context) -> Result<u64> {
    Ok(Entity::find().count(cx.db()).await?)
}

/// The departments of these ids that there are, in no order.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    page::by_ids(cx.db(), Entity::find(), Column::Id, ids).await
}

/// A new department.
#[derive(Debug, Clone)]
pub struct CreateDepartment {
    /// Its name, unique whatever the case.
    pub name: Name,
    /// The department that it is part of.
    pub parent_id: Option<Uuid>,
    /// The member who leads it.
    pub head_id: Option<Uuid>,
}

impl Command for CreateDepartment {
    type Output = Model;
    const ACTION: &'static str = "department.create";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let row = ActiveModel {
            id: Set(Uuid::now_v7()),
            name: Set(self.name.as_str().to_owned()),
            parent_id: Set(self.parent_id),
            head_id: Set(self.head_id),
            ..Default::default()
        };
        Ok(row.insert(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// A change of a department; `None` leaves a value as it is, `Some(None)` removes it.
#[derive(Debug, Clone)]
pub struct UpdateDepartment {
    /// The department.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
    /// Its name.
    pub name: Option<Name>,
    /// The department that it is part of.
    pub parent_id: Option<Option<Uuid>>,
    /// The member who leads it.
    pub head_id: Option<Option<Uuid>>,
}

impl Command for UpdateDepartment {
    type Output = Model;
    const ACTION: &'static str = "department.update";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        // Two moves at once may close a loop together that neither closes alone.
        if matches!(self.parent_id, Some(Some(_))) {
            organization::take_turns(cx).await?;
        }
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        if let Some(Some(parent)) = self.parent_id {
            refuse_loop(cx, self.id, parent).await?;
        }
        let row = ActiveModel {
            id: Set(self.id),
            name: set(self.name.clone()),
            parent_id: set_optional(self.parent_id),
            head_id: set_optional(self.head_id),
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

/// A department cannot be part of itself, however far up.
async fn refuse_loop(cx: &WriteContext, id: Uuid, parent: Uuid) -> Result<()> {
    let mut above = Some(parent);
    for _ in 0..MAX_DEPTH {
        let Some(next) = above else { return Ok(()) };
        if next == id {
            return Err(Error::invalid(
                "parentId",
                "A department cannot be part of itself.",
            ));
        }
        let row = Entity::find_by_id(next).one(cx.db()).await?;
        above = row.ok_or(Error::not_found(NOUN, "parentId"))?.parent_id;
    }
    Err(Error::invalid(
        "parentId",
        format!("Departments are nested {MAX_DEPTH} deep at most."),
    ))
}

/// Deletes a department that nothing refers to.
#[derive(Debug, Clone)]
pub struct DeleteDepartment {
    /// The department.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteDepartment {
    type Output = Deleted;
    const ACTION: &'static str = "department.delete";

    async fn run(&self, cx: &WriteContext) -> Result<Deleted> {
        cx.require(Permission::ManageBooks)?;
        write::delete::<Entity>(cx, NOUN, self.id, self.version).await
    }

    async fn recall(&self, _: &WriteContext, id: Uuid) -> Result<Deleted> {
        Ok(Deleted(id))
    }
}
