//! Departments, which exist before their members.

use outlay_domain::{
    Outlay, Result, department::CreateDepartment, entity::tenant::DepartmentId, value::Name,
};
use outlay_tenancy::TenantAccess;

use super::once::once;

/// The department with this name, created if there is none.
pub(super) async fn department(
    outlay: &Outlay,
    ada: &TenantAccess,
    name: &str,
) -> Result<DepartmentId> {
    let command = CreateDepartment {
        name: Name::parse("name", name)?,
        parent_id: None,
        head_id: None,
    };
    Ok(once(outlay, ada, name, command).await?.id)
}
