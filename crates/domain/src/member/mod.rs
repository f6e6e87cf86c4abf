//! Members: the people of an organization, their roles, and how they come and go.

mod accept;
mod invite;
mod status;
mod update;

use outlay_entity::tenant::{
    MemberStatus, Role,
    member::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{Expr, extension::postgres::PgExpr},
};
use uuid::Uuid;

use crate::{
    Context, Error, Result, WriteContext,
    page::{self, Key, Ordering, Page, PageRequest},
    permission::Permission,
    value::SearchText,
};

pub use accept::{AcceptInvitation, Joined};
pub use invite::{InviteMember, RevokeInvitation, count_invitations, find_invitation, invitations};
pub use status::{DeactivateMember, LeaveOrganization, ReactivateMember};
pub use update::UpdateMember;

const NOUN: &str = "member";

/// Which members; conditions are joined by AND.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter {
    /// With one of these roles.
    pub roles: Option<Vec<Role>>,
    /// In one of these states.
    pub statuses: Option<Vec<MemberStatus>>,
    /// In these departments.
    pub department_ids: Option<Vec<Uuid>>,
    /// With this in name, address or employee id, whatever the case.
    pub search: Option<SearchText>,
}

fn select(filter: &MemberFilter) -> Select<Entity> {
    let condition = Condition::all()
        .add_option(filter.roles.clone().map(|roles| Column::Role.eq_any(roles)))
        .add_option(
            filter
                .statuses
                .clone()
                .map(|statuses| Column::Status.eq_any(statuses)),
        )
        .add_option(
            filter
                .department_ids
                .clone()
                .map(|ids| Column::DepartmentId.eq_any(ids)),
        )
        .add_option(filter.search.as_ref().map(|text| {
            [Column::DisplayName, Column::Email, Column::EmployeeId]
                .into_iter()
                .fold(Condition::any(), |any, column| {
                    any.add(Expr::col((Entity, column)).ilike(text.pattern()))
                })
        }));
    Entity::find().filter(condition)
}

/// Members by name. Every member may see their colleagues.
///
/// # Errors
/// `Invalid` for a cursor that is none.
pub async fn list(
    cx: &Context,
    filter: &MemberFilter,
    request: &PageRequest,
) -> Result<Page<Model>> {
    let ordering = Ordering::<Entity>::by_name(Column::DisplayName, Column::Id, |row| {
        vec![Key::Text(row.display_name.clone()), Key::Id(row.id)]
    });
    page::fetch(cx.db(), select(filter), &ordering, request).await
}

/// How many members there are.
///
/// # Errors
/// The database's own.
pub async fn count(cx: &Context, filter: &MemberFilter) -> Result<u64> {
    Ok(select(filter).count(cx.db()).await?)
}

/// The members of these ids that there are, in no order.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    page::by_ids(cx.db(), Entity::find(), Column::Id, ids).await
}

impl crate::Outlay {
    /// The user who has been an owner of the organization for longest; for command lines, which nobody signs in to.
    ///
    /// # Errors
    /// The database's own.
    pub async fn first_owner(&self, organization: Uuid) -> Result<Option<Uuid>> {
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

/// Whether the caller may give, take or touch this role: owners are made and unmade by owners alone.
fn require_authority_over(cx: &Context, role: Role) -> Result<()> {
    cx.require(if role == Role::Owner {
        Permission::ManageOwners
    } else {
        Permission::ManageMembers
    })
}

/// The active owners, whose rows stay locked until the transaction ends, so that two who leave at once cannot both be
/// second to last.
///
/// Invariant: called before any other member's row is locked, and it locks in the order of ids; so two such writes
/// wait for each other, and never both.
async fn lock_owners(cx: &WriteContext) -> Result<Vec<Model>> {
    let owners = Entity::find()
        .filter(Column::Role.eq(Role::Owner))
        .filter(Column::Status.eq(MemberStatus::Active))
        .order_by_asc(Column::Id)
        .lock_exclusive();
    Ok(owners.all(cx.db()).await?)
}

/// Refuses to lose the last of the owners.
fn keep_an_owner(owners: &[Model], leaving: Uuid) -> Result<()> {
    if owners.iter().any(|owner| owner.id != leaving) {
        return Ok(());
    }
    Err(Error::conflict(
        "id",
        "The last owner cannot leave: make somebody else an owner first.",
    ))
}
