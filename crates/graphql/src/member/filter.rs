//! Which members.

use async_graphql::InputObject;
use outlay_domain::{Result, member, value::SearchText};

use super::{MemberStatus, Role};
use crate::{filter::IdFilter, id::Kind};

/// Which members; conditions are joined by AND.
#[derive(InputObject, Debug, Default)]
pub struct MemberFilter {
    /// By what they may do.
    role: Option<RoleFilter>,
    /// By whether they may use the organization.
    status: Option<MemberStatusFilter>,
    /// By department.
    department_id: Option<IdFilter>,
    /// With this in name, e-mail address or employee id, whatever the case. 1 to 200 characters.
    search: Option<String>,
}

/// One of some roles.
#[derive(InputObject, Debug)]
pub struct RoleFilter {
    /// One of these.
    r#in: Vec<Role>,
}

/// One of some states of a member.
#[derive(InputObject, Debug)]
pub struct MemberStatusFilter {
    /// In one of these.
    r#in: Vec<MemberStatus>,
}

impl MemberFilter {
    pub(super) fn parse(&self) -> Result<member::MemberFilter> {
        let departments = self.department_id.as_ref();
        let search = self.search.as_ref();
        Ok(member::MemberFilter {
            roles: self
                .role
                .as_ref()
                .map(|role| role.r#in.iter().map(|one| (*one).into()).collect()),
            statuses: self
                .status
                .as_ref()
                .map(|status| status.r#in.iter().map(|one| (*one).into()).collect()),
            department_ids: departments
                .map(|filter| filter.parse(Kind::Department, "filter.departmentId"))
                .transpose()?,
            search: search
                .map(|text| SearchText::parse("filter.search", text))
                .transpose()?,
        })
    }
}
