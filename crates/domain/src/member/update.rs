//! A member's role, department and records.

use outlay_entity::tenant::{
    MemberStatus, Role,
    member::{ActiveModel, Entity, Model},
};
use outlay_tenancy::DirectoryChange;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;

use super::{NOUN, keep_an_owner, lock_owners, require_authority_over};
use crate::{
    Command, Error, Result, WriteContext,
    permission::Permission,
    value::{Code, Name},
    write::{self, set, set_optional},
};

/// A change of a member; `None` leaves a value as it is, `Some(None)` removes it.
#[derive(Debug, Clone)]
pub struct UpdateMember {
    /// The member.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
    /// The name that colleagues see.
    pub display_name: Option<Name>,
    /// What the member may do.
    pub role: Option<Role>,
    /// The department that the member works in.
    pub department_id: Option<Option<Uuid>>,
    /// The member whom this one reports to.
    pub manager_id: Option<Option<Uuid>>,
    /// Number in the organization's own records.
    pub employee_id: Option<Option<Code>>,
}

impl Command for UpdateMember {
    type Output = Model;
    const ACTION: &'static str = "member.update";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageMembers)?;
        if self.manager_id == Some(Some(self.id)) {
            return Err(Error::invalid("managerId", "Nobody reports to themselves."));
        }
        let owners = match self.role {
            None | Some(Role::Owner) => None,
            Some(_) => Some(lock_owners(cx).await?),
        };
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        if let Some(role) = self.role {
            require_authority_over(cx, role)?;
        }
        if let Some(owners) = owners
            && old.role == Role::Owner
            && old.status == MemberStatus::Active
        {
            keep_an_owner(&owners, self.id)?;
        }
        let row = ActiveModel {
            id: Set(self.id),
            display_name: set(self.display_name.clone()),
            role: set(self.role),
            department_id: set_optional(self.department_id),
            manager_id: set_optional(self.manager_id),
            employee_id: set_optional(self.employee_id.clone()),
            version: Set(old.version + 1),
            updated_at: Set(chrono::Utc::now()),
            ..Default::default()
        };
        let row = row.update(cx.db()).await?;
        cx.announce(DirectoryChange::Member(
            cx.access().tenant().id(),
            row.user_id,
        ))
        .await?;
        Ok(row)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}
