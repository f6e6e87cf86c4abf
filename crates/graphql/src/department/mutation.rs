//! Writing departments.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use outlay_domain::{
    department::{CreateDepartment, DeleteDepartment, UpdateDepartment},
    value::Name,
};

use super::Department;
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    id::Kind,
};

/// A new department.
#[derive(InputObject)]
pub struct CreateDepartmentInput {
    /// Its name, 1 to 200 characters, unique in the organization whatever the case.
    name: String,
    /// The department that it is part of.
    parent_id: Option<ID>,
    /// The member who leads it.
    head_id: Option<ID>,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl CreateDepartmentInput {
    fn parse(&self) -> outlay_domain::Result<CreateDepartment> {
        Ok(CreateDepartment {
            name: Name::parse("name", &self.name)?,
            parent_id: Kind::Department.parse_optional("parentId", self.parent_id.as_ref())?,
            head_id: Kind::Member.parse_optional("headId", self.head_id.as_ref())?,
        })
    }
}

/// A change of a department; what is left out stays as it is, null removes.
#[derive(InputObject)]
pub struct UpdateDepartmentInput {
    /// Global id of the department.
    id: ID,
    /// The version that the change is made to.
    version: i32,
    /// Its name.
    name: Option<String>,
    /// The department that it is part of; null makes it stand alone.
    parent_id: MaybeUndefined<ID>,
    /// The member who leads it; null for nobody.
    head_id: MaybeUndefined<ID>,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

impl UpdateDepartmentInput {
    fn parse(&self) -> outlay_domain::Result<UpdateDepartment> {
        Ok(UpdateDepartment {
            id: Kind::Department.parse("id", &self.id)?,
            version: self.version,
            name: self
                .name
                .as_ref()
                .map(|name| Name::parse("name", name))
                .transpose()?,
            parent_id: Kind::Department.parse_undefined("parentId", &self.parent_id)?,
            head_id: Kind::Member.parse_undefined("headId", &self.head_id)?,
        })
    }
}

/// Which department to delete.
#[derive(InputObject)]
pub struct DeleteDepartmentInput {
    /// Global id of the department.
    id: ID,
    /// The version that the caller has seen.
    version: i32,
    /// Makes a repeated request safe: the same key gives the first answer again.
    idempotency_key: Option<String>,
}

/// What became of `createDepartment`.
#[derive(SimpleObject)]
pub struct CreateDepartmentPayload {
    /// The new department; null when there are errors.
    department: Option<Department>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `updateDepartment`.
#[derive(SimpleObject)]
pub struct UpdateDepartmentPayload {
    /// The department as it is now; null when there are errors.
    department: Option<Department>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `deleteDepartment`.
#[derive(SimpleObject)]
pub struct DeleteDepartmentPayload {
    /// Global id of the department that is gone; null when there are errors.
    deleted_id: Option<ID>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// Mutations of departments.
#[derive(Default)]
pub struct DepartmentMutation;

#[Object]
impl DepartmentMutation {
    /// Makes a department. For owners, admins and finance.
    async fn create_department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new department.")] input: CreateDepartmentInput,
    ) -> Answer<CreateDepartmentPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| CreateDepartmentPayload {
            department: row.map(Into::into),
            errors,
        })
    }

    /// Changes a department. For owners, admins and finance.
    async fn update_department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateDepartmentInput,
    ) -> Answer<UpdateDepartmentPayload> {
        let done = async {
            ctx.request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |row, errors| UpdateDepartmentPayload {
            department: row.map(Into::into),
            errors,
        })
    }

    /// Deletes a department that nothing refers to any more. For owners, admins and finance.
    async fn delete_department(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which department.")] input: DeleteDepartmentInput,
    ) -> Answer<DeleteDepartmentPayload> {
        let done = async {
            let id = Kind::Department.parse("id", &input.id)?;
            let command = DeleteDepartment {
                id,
                version: input.version,
            };
            ctx.request()
                .write(&command, input.idempotency_key.as_deref())
                .await
        };
        answer(done.await, |deleted, errors| DeleteDepartmentPayload {
            deleted_id: deleted.map(|gone| Kind::Department.id(gone.0)),
            errors,
        })
    }
}
