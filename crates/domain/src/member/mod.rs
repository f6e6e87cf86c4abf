//! Members of an organization: their roles, invitations, and how they join and leave.

mod accept;
mod invite;
mod status;
mod update;

use outlay_entity::tenant::{
    DepartmentId, MemberId, MemberStatus, Role,
    member::{Column, Entity, Model, Row},
};
use outlay_tenancy::TenantId;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, extension::postgres::PgExpr},
};
use uuid::Uuid;

use crate::{
    Context, Error, Result, WriteContext,
    noun::{Noun, Unique},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
    value::SearchText,
};

pub use accept::{AcceptInvitation, AcceptedInvitation};
pub use invite::{InviteMember, RevokeInvitation, invitations};
pub use status::{DeactivateMember, LeaveOrganization, ReactivateMember};
pub use update::UpdateMember;

impl Noun for Entity {
    const NAME: &'static str = "member";
    const MANAGE: Permission = Permission::ManageMembers;
    const UNIQUE: &'static [Unique] = &[
        Unique {
            constraint: "member_employee_id_key",
            field: Some("employeeId"),
            message: "Another member has this employee id; choose a different one.",
        },
        Unique {
            constraint: "member_user_id_key",
            field: None,
            message: "This user is already a member.",
        },
    ];
}

/// Selects members. Conditions are joined by AND.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// Members with one of these roles.
    pub roles: Option<Vec<Role>>,
    /// Members with one of these statuses.
    pub statuses: Option<Vec<MemberStatus>>,
    /// Members of these departments.
    pub department_ids: Option<Vec<DepartmentId>>,
    /// Members whose name, address or employee id contains this text, regardless of case.
    pub search: Option<SearchText>,
}

impl MemberFilter {
    fn condition(&self) -> Condition {
        let any_role = |roles: &Vec<Role>| Column::Role.eq_any(roles.iter().copied());
        let any_status = |statuses: &Vec<_>| Column::Status.eq_any(statuses.iter().copied());
        let any_department = |ids: &Vec<_>| Column::DepartmentId.eq_any(ids.iter().copied());
        let holds = |text: &SearchText| {
            [Column::DisplayName, Column::Email, Column::EmployeeId]
                .into_iter()
                .fold(Condition::any(), |any, column| {
                    any.add(Expr::col((Entity, column)).ilike(text.pattern()))
                })
        };
        Condition::all()
            .add_option(self.roles.as_ref().map(any_role))
            .add_option(self.statuses.as_ref().map(any_status))
            .add_option(self.department_ids.as_ref().map(any_department))
            .add_option(self.search.as_ref().map(holds))
    }
}

/// Lists members by name. Every member may see the others.
///
/// # Errors
/// `Invalid` for a cursor of another list.
pub async fn list(
    cx: &Context,
    filter: &MemberFilter,
    request: &PageRequest,
    fetch: &Fetch,
) -> Result<Page<Row>> {
    let order = Order::by("NAME", keys![Row: display_name Text]);
    read::list::<Entity>(cx, &filter.condition(), order, request, fetch).await
}

impl crate::Outlay {
    /// The user of the oldest active owner, for the command line, which has no signed-in user.
    ///
    /// # Errors
    /// Database errors.
    pub async fn first_owner(&self, organization: TenantId) -> Result<Option<Uuid>> {
        let Some(tenant) = self.tenancy().directory().find(organization).await? else {
            return Ok(None);
        };
        let db = self.tenancy().write_shared(&tenant);
        let owners = Entity::find()
            .filter(Column::Role.eq(Role::Owner))
            .filter(Column::Status.eq(MemberStatus::Active))
            .order_by_asc(Column::Id);
        let first = owners.one(&db).await;
        db.release().await;
        Ok(first?.map(|owner| owner.user_id))
    }
}

/// Checks that the caller may grant, revoke or manage this role. Only owners may manage owners.
fn require_authority_over(cx: &Context, role: Role) -> Result<()> {
    cx.require(if role == Role::Owner {
        Permission::ManageOwners
    } else {
        Permission::ManageMembers
    })
}

/// Locks the active owners until the transaction ends, so that two owners cannot leave at the same time and leave none.
///
/// Invariant: it is called before any other member is locked, and locks in the order of ids. Two such writes therefore
/// wait for each other without a deadlock.
async fn lock_owners(cx: &WriteContext) -> Result<Vec<Model>> {
    let owners = Entity::find()
        .filter(Column::Role.eq(Role::Owner))
        .filter(Column::Status.eq(MemberStatus::Active))
        .order_by_asc(Column::Id)
        .lock_exclusive();
    Ok(owners.all(cx.db()).await?)
}

/// Rejects the loss of the last owner.
fn require_remaining_owner(owners: &[Model], leaving: MemberId) -> Result<()> {
    if owners.iter().any(|owner| owner.id != leaving) {
        return Ok(());
    }
    Err(Error::conflict(
        "id",
        "The last owner cannot leave: make somebody else an owner first.",
    ))
}
