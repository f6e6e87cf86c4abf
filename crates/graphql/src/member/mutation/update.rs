//! A member's role, department and records.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use outlay_domain::{
    member::UpdateMember,
    value::{Code, Name},
};

use super::super::{Member, Role};
use crate::{
    context::ContextExt,
    error::{Answer, UserError, answer},
    id::Kind,
    removable::removable,
};

/// A change of a member; what is left out stays as it is, null removes.
#[derive(InputObject)]
pub struct UpdateMemberInput {
    /// Global id of the member.
    id: ID,
    /// The version that the change is made to.
    version: i32,
    /// The name that colleagues see, 1 to 200 characters.
    display_name: Option<String>,
    /// What the member may do. Only owners make and unmake owners, and one stays.
    role: Option<Role>,
    /// The department that the member works in; null for none.
    department_id: MaybeUndefined<ID>,
    /// The member whom this one reports to; null for nobody.
    manager_id: MaybeUndefined<ID>,
    /// Number in the organization's own records, 1 to 100 characters, unique; null removes it.
    employee_id: MaybeUndefined<String>,
    /// Makes a repeated request safe: the same key gives the first answer again. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl UpdateMemberInput {
    fn parse(&self) -> outlay_domain::Result<UpdateMember> {
        let name = self.display_name.as_ref();
        Ok(UpdateMember {
            id: Kind::Member.parse("id", &self.id)?,
            version: self.version,
            display_name: name
                .map(|name| Name::parse("displayName", name))
                .transpose()?,
            role: self.role.map(Into::into),
            department_id: Kind::Department.parse_undefined("departmentId", &self.department_id)?,
            manager_id: Kind::Member.parse_undefined("managerId", &self.manager_id)?,
            employee_id: removable("employeeId", &self.employee_id, Code::parse)?,
        })
    }
}

/// What became of `updateMember`.
#[derive(SimpleObject)]
pub struct UpdateMemberPayload {
    /// The member as it is now; null when there are errors.
    member: Option<Member>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// The mutation that changes members.
#[derive(Default)]
pub struct MemberUpdateMutation;

#[Object]
impl MemberUpdateMutation {
    /// Changes a member. For owners and admins.
    async fn update_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateMemberInput,
    ) -> Answer<UpdateMemberPayload> {
        let done = async {
            let row = ctx
                .request()
                .write(&input.parse()?, input.idempotency_key.as_deref())
                .await?;
            ctx.request().verify_again().await;
            Ok(row)
        };
        answer(done.await, |row, errors| UpdateMemberPayload {
            member: row.map(Into::into),
            errors,
        })
    }
}
