//! Departments: the units of an organization that spend money.

use outlay_entity::tenant::{
    DepartmentId, MemberId,
    department::{ActiveModel, Entity, Model, Row},
};
use sea_orm::{ActiveValue::Set, Condition, EntityTrait};
use serde::Serialize;

use crate::{
    Action, Command, Context, Deletable, Error, Result, WriteContext,
    noun::{Noun, Unique},
    organization,
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
    value::Name,
    write::{self, set, set_optional},
};

/// Maximum nesting depth of departments. It also bounds the search for cycles.
const MAX_DEPTH: usize = 20;

impl Noun for Entity {
    const NAME: &'static str = "department";
    const MANAGE: Permission = Permission::ManageBooks;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "department_name_key",
        field: Some("name"),
        message: "Another department has this name; choose a different one.",
    }];
}

impl Deletable for Entity {
    const DELETE: Action = Action::DepartmentDelete;
}

/// Lists departments by name. Every member may see them.
///
/// # Errors
/// `Invalid` for a cursor of another list.
pub async fn list(cx: &Context, request: &PageRequest, fetch: &Fetch) -> Result<Page<Row>> {
    let order = Order::by("NAME", keys![Row: name Text]);
    read::list::<Entity>(cx, &Condition::all(), order, request, fetch).await
}

/// Creates a department.
#[derive(Debug, Clone, Serialize)]
pub struct CreateDepartment {
    /// Name, unique regardless of case.
    pub name: Name,
    /// The parent department.
    pub parent_id: Option<DepartmentId>,
    /// The head of the department.
    pub head_id: Option<MemberId>,
}

impl Command for CreateDepartment {
    type Output = Model;
    const ACTION: Action = Action::DepartmentCreate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let row = ActiveModel {
            name: Set(self.name.clone().into()),
            parent_id: Set(self.parent_id),
            head_id: Set(self.head_id),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}

/// Changes a department; `None` leaves a value unchanged, `Some(None)` removes it.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateDepartment {
    /// The department.
    pub id: DepartmentId,
    /// The version that the caller has read.
    pub version: i32,
    /// Name.
    pub name: Option<Name>,
    /// The parent department.
    pub parent_id: Option<Option<DepartmentId>>,
    /// The head of the department.
    pub head_id: Option<Option<MemberId>>,
}

impl Command for UpdateDepartment {
    type Output = Model;
    const ACTION: Action = Action::DepartmentUpdate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        // Two concurrent moves could create a cycle that neither creates alone.
        if matches!(self.parent_id, Some(Some(_))) {
            organization::lock_settings(cx).await?;
        }
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        if let Some(Some(parent)) = self.parent_id {
            reject_cycle(cx, self.id, parent).await?;
        }
        let change = ActiveModel {
            name: set(self.name.clone()),
            parent_id: set_optional(self.parent_id),
            head_id: set_optional(self.head_id),
            ..Default::default()
        };
        write::update::<Entity>(cx, &old, change).await
    }
}

/// Rejects a parent that is the department itself or one of its descendants.
async fn reject_cycle(cx: &WriteContext, id: DepartmentId, parent: DepartmentId) -> Result<()> {
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
        above = row
            .ok_or_else(|| Error::not_found(Entity::NAME, "parentId"))?
            .parent_id;
    }
    Err(Error::invalid(
        "parentId",
        format!("Departments can be nested at most {MAX_DEPTH} deep."),
    ))
}
