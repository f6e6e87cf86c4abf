//! Changes a member's role, department and personal data.

use outlay_entity::tenant::{
    DepartmentId, MemberId, MemberStatus, Role,
    member::{ActiveModel, Entity, Model},
};
use outlay_tenancy::DirectoryChange;
use serde::Serialize;

use super::{lock_owners, require_authority_over, require_remaining_owner};
use crate::{
    Action, Command, Error, Result, WriteContext,
    value::{Code, Name},
    write::{self, set, set_optional},
};

/// Changes a member; `None` leaves a value unchanged, `Some(None)` removes it.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateMember {
    /// The member.
    pub id: MemberId,
    /// The version that the caller has read.
    pub version: i32,
    /// The display name.
    pub display_name: Option<Name>,
    /// The role.
    pub role: Option<Role>,
    /// The department.
    pub department_id: Option<Option<DepartmentId>>,
    /// The manager, who is a member of the same organization.
    pub manager_id: Option<Option<MemberId>>,
    /// Id in the organization's own records.
    pub employee_id: Option<Option<Code>>,
}

impl Command for UpdateMember {
    type Output = Model;
    const ACTION: Action = Action::MemberUpdate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        if self.manager_id == Some(Some(self.id)) {
            return Err(Error::invalid(
                "managerId",
                "A member cannot be their own manager.",
            ));
        }
        let owners = match self.role {
            None | Some(Role::Owner) => None,
            Some(_) => Some(lock_owners(cx).await?),
        };
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        if let Some(role) = self.role {
            require_authority_over(cx, role)?;
        }
        if let Some(owners) = owners
            && old.role == Role::Owner
            && old.status == MemberStatus::Active
        {
            require_remaining_owner(&owners, self.id)?;
        }
        let change = ActiveModel {
            display_name: set(self.display_name.clone()),
            role: set(self.role),
            department_id: set_optional(self.department_id),
            manager_id: set_optional(self.manager_id),
            employee_id: set_optional(self.employee_id.clone()),
            ..Default::default()
        };
        let row = write::update::<Entity>(cx, &old, change).await?;
        cx.announce(DirectoryChange::Member(
            cx.access().tenant().id(),
            row.user_id,
        ))
        .await?;
        Ok(row)
    }
}
