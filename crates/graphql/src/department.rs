//! Departments in the schema.

use async_graphql::{ID, MaybeUndefined};
use outlay_derive::fields;
use outlay_domain::{
    Delete,
    department::{self as departments, CreateDepartment, UpdateDepartment},
    entity::tenant::{DepartmentId, MemberId, department},
};

use crate::{
    input::input,
    member::Member,
    payload::{deletion, mutations, payload},
    relation::One,
    root::query,
};

/// A part of the organization that spends.
#[fields(department)]
impl Department {
    /// Name, unique in the organization regardless of case.
    fn name(name: &str) -> &str {
        name
    }

    /// Department that it is part of; `null` for a top-level department.
    fn parent(parent_id: Option<DepartmentId>) -> One<Department> {
        parent_id.into()
    }

    /// Member who leads it; `null` when there is none.
    fn head(head_id: Option<MemberId>) -> One<Member> {
        head_id.into()
    }
}

query! {
    /// Queries about departments.
    DepartmentQuery of Department;
    /// The organization's departments, ordered by name.
    departments() -> Field |cx, request, fetch| departments::list(cx, request, fetch).await;
    /// The department with this id. `null` when it does not exist.
    department;
}

input! {
    /// A new department.
    CreateDepartmentInput => CreateDepartment {
        /// Name, 1 to 200 characters, unique in the organization regardless of case.
        name: String,
        /// Global id of the department that it is part of; none when omitted.
        parent_id: Option<ID>,
        /// Global id of the member who leads it; none when omitted.
        head_id: Option<ID>,
    }
}

input! {
    /// Changes to a department. Omitted fields stay unchanged, `null` removes a value.
    UpdateDepartmentInput => UpdateDepartment, of "department" {
        /// Name, 1 to 200 characters, unique in the organization regardless of case.
        name: Option<String>,
        /// Global id of the department that it is part of; `null` for none.
        parent_id: MaybeUndefined<ID>,
        /// Global id of the member who leads it; `null` for none.
        head_id: MaybeUndefined<ID>,
    }
}

payload! {
    CreateDepartmentPayload "createDepartment", UpdateDepartmentPayload "updateDepartment":
    department Department
}

deletion! {
    DeleteDepartmentInput, DeleteDepartmentPayload "deleteDepartment", "department": Delete<department::Entity>
}

mutations! {
    /// Mutations of departments.
    DepartmentMutation;
    /// Creates a department. For owners, admins and finance.
    create_department(CreateDepartmentInput) -> CreateDepartmentPayload by write;
    /// Changes a department. For owners, admins and finance.
    update_department(UpdateDepartmentInput) -> UpdateDepartmentPayload by write;
    /// Deletes a department that nothing refers to. For owners, admins and finance.
    delete_department(DeleteDepartmentInput) -> DeleteDepartmentPayload by delete;
}
