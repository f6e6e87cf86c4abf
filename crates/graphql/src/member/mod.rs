//! Members in the schema.

mod filter;
mod invitation;
mod leave;

use async_graphql::{Enum, ID, MaybeUndefined, MergedObject};
use outlay_derive::fields;
use outlay_domain::{
    entity::tenant::{self, DepartmentId, MemberId, member},
    member::{self as members, DeactivateMember, ReactivateMember, UpdateMember},
};

use crate::{
    department::Department,
    input::input,
    payload::{mutations, payload},
    relation::One,
    root::query,
};

use filter::MemberFilter;
pub use invitation::{Invitation, InvitationQuery, InvitationStatus};

/// Permissions of a member.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::Role")]
pub enum Role {
    /// All permissions. Only owners manage owners.
    Owner,
    /// All permissions of finance, and members, invitations and settings.
    Admin,
    /// Accounts, budgets, imports, and the expenses of all members with their approval.
    Finance,
    /// Own expenses, and approval of the expenses of the own department.
    Approver,
    /// Own expenses.
    Member,
    /// Read access to all data but invitations; no write access.
    Viewer,
}

/// Whether a member may use the organization.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::MemberStatus")]
pub enum MemberStatus {
    /// The member can use the organization.
    Active,
    /// The member cannot use the organization; the member's records stay.
    Deactivated,
}

/// A user's membership of an organization.
#[fields(member)]
impl Member {
    /// Name shown to other members.
    fn display_name(display_name: &str) -> &str {
        display_name
    }

    /// E-mail address.
    fn email(email: &str) -> &str {
        email
    }

    /// Permissions of the member.
    fn role(role: tenant::Role) -> Role {
        role.into()
    }

    /// Whether the member may use the organization.
    fn status(status: tenant::MemberStatus) -> MemberStatus {
        status.into()
    }

    /// Department that the member works in; `null` when there is none.
    fn department(department_id: Option<DepartmentId>) -> One<Department> {
        department_id.into()
    }

    /// Member whom this member reports to; `null` when there is none.
    fn manager(manager_id: Option<MemberId>) -> One<Member> {
        manager_id.into()
    }

    /// Number in the organization's own records, unique; `null` when there is none.
    fn employee_id(employee_id: Option<&str>) -> Option<&str> {
        employee_id
    }
}

query! {
    /// Queries about members.
    MembersQuery of Member;
    /// The organization's members, ordered by name, including deactivated ones.
    members(
        #[graphql(desc = "Conditions, joined by AND; all members when omitted.")] filter: Option<MemberFilter>
    ) -> Field |cx, request, fetch| {
        let filter = filter.unwrap_or_default().parse()?;
        members::list(cx, &filter, request, fetch).await
    };
    /// The member with this id. `null` when it does not exist.
    member;
}

/// Queries about members and invitations.
#[derive(MergedObject, Default)]
pub struct MemberQuery(MembersQuery, InvitationQuery);

input! {
    /// Changes to a member. Omitted fields stay unchanged, `null` removes a value.
    UpdateMemberInput => UpdateMember, of "member" {
        /// Name shown to other members, 1 to 200 characters.
        display_name: Option<String>,
        /// Permissions of the member. Only owners grant and revoke the role `OWNER`; the last owner keeps it.
        role: Option<Role>,
        /// Global id of the department that the member works in; `null` for none.
        department_id: MaybeUndefined<ID>,
        /// Global id of the member whom this member reports to; `null` for none.
        manager_id: MaybeUndefined<ID>,
        /// Number in the organization's own records, unique, 1 to 100 characters; `null` for none.
        employee_id: MaybeUndefined<String>,
    }
}

input! {
    /// The member to deactivate.
    DeactivateMemberInput => DeactivateMember, of "member" {}
}

input! {
    /// The member to reactivate.
    ReactivateMemberInput => ReactivateMember, of "member" {}
}

payload! {
    UpdateMemberPayload "updateMember", DeactivateMemberPayload "deactivateMember",
    ReactivateMemberPayload "reactivateMember": member Member
}

mutations! {
    /// Mutations of members.
    MembersMutation;
    /// Changes a member. For owners and admins; only owners change owners.
    update_member(UpdateMemberInput) -> UpdateMemberPayload by write;
    /// Deactivates a member, who can no longer use the organization; the member's records stay. For owners and admins; only
    /// owners deactivate owners, and the last owner cannot be deactivated.
    deactivate_member(DeactivateMemberInput) -> DeactivateMemberPayload by write;
    /// Reactivates a deactivated member. For owners and admins; only owners reactivate owners.
    reactivate_member(ReactivateMemberInput) -> ReactivateMemberPayload by write;
}

/// Mutations of members and invitations.
#[derive(MergedObject, Default)]
pub struct MemberMutation(
    invitation::InvitationMutation,
    MembersMutation,
    leave::LeaveMutation,
);
