//! Conditions on members.

use async_graphql::InputObject;
use outlay_domain::{Result, member};

use super::{MemberStatus, Role};
use crate::{filter::IdFilter, input::Parse};

/// Conditions on members, joined by AND.
#[derive(InputObject, Debug, Default)]
pub struct MemberFilter {
    /// Role.
    role: Option<RoleFilter>,
    /// Status.
    status: Option<MemberStatusFilter>,
    /// Department.
    department_id: Option<IdFilter>,
    /// Text contained in name, e-mail address or employee id, regardless of case. 1 to 200 characters.
    search: Option<String>,
}

/// A condition on a role.
#[derive(InputObject, Debug)]
pub struct RoleFilter {
    /// One of these.
    r#in: Vec<Role>,
}

/// A condition on a member's status.
#[derive(InputObject, Debug)]
pub struct MemberStatusFilter {
    /// One of these.
    r#in: Vec<MemberStatus>,
}

impl MemberFilter {
    pub(super) fn parse(self) -> Result<member::MemberFilter> {
        let roles = |filter: RoleFilter| filter.r#in.into_iter().map(Into::into).collect();
        let statuses =
            |filter: MemberStatusFilter| filter.r#in.into_iter().map(Into::into).collect();
        Ok(member::MemberFilter {
            roles: self.role.map(roles),
            statuses: self.status.map(statuses),
            department_ids: self.department_id.parse("filter.departmentId")?,
            search: self.search.parse("filter.search")?,
        })
    }
}
