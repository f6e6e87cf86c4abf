//! Members.

use sea_orm::entity::prelude::*;

use super::{DepartmentId, MemberId, MemberStatus, Role};

crate::record::table! {
    /// A person in this organization.
    "member" {
        /// The user who signs in as this member.
        user_id: Uuid,
        /// The user's e-mail address, as invited.
        email: String,
        /// The name that colleagues see.
        display_name: String,
        /// What the member may do.
        role: Role,
        /// Whether the member may sign in here.
        status: MemberStatus,
        /// The department that the member works in.
        department_id: Option<DepartmentId>,
        /// The member whom this one reports to.
        manager_id: Option<MemberId>,
        /// Number in the organization's own records.
        employee_id: Option<String>,
    }
}
