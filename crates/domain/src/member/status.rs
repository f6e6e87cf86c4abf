//! Members who leave, and who come back.
//!
//! Membership is kept in two places, the tenant's own schema and the shared sign-in directory: these commands write
//! both in one transaction of the owner's.

use outlay_entity::{
    shared::membership,
    tenant::{
        MemberStatus, Role,
        member::{ActiveModel, Column, Entity, Model},
    },
};
use outlay_tenancy::{DirectoryChange, TenantConnection};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{NOUN, keep_an_owner, lock_owners, require_authority_over};
use crate::{
    Command, Error, IdempotencyKey, Outlay, Result, WriteContext, identity::Caller,
    permission::Permission, write,
};

/// Keeps a member from signing in; what the member did stays.
#[derive(Debug, Clone)]
pub struct DeactivateMember {
    /// The member.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeactivateMember {
    type Output = Model;
    const ACTION: &'static str = "member.deactivate";
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageMembers)?;
        let owners = lock_owners(cx).await?;
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        deactivate(cx, &old, &owners).await
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// Lets a deactivated member in again.
#[derive(Debug, Clone)]
pub struct ReactivateMember {
    /// The member.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for ReactivateMember {
    type Output = Model;
    const ACTION: &'static str = "member.reactivate";
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageMembers)?;
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        set_status(cx, &old, MemberStatus::Active).await
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// Ends the caller's own membership.
#[derive(Debug, Clone)]
pub struct LeaveOrganization;

impl Command for LeaveOrganization {
    type Output = Model;
    const ACTION: &'static str = "member.leave";
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let owners = lock_owners(cx).await?;
        let own = Entity::find_by_id(cx.member_id())
            .lock_exclusive()
            .one(cx.db())
            .await?;
        let own = own.ok_or(Error::NotFound {
            noun: NOUN,
            field: None,
        })?;
        deactivate(cx, &own, &owners).await
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

impl Outlay {
    /// The member that the caller was, if they left the organization of their session by this key.
    ///
    /// # Errors
    /// The database's own.
    pub async fn has_left(&self, caller: &Caller, key: &IdempotencyKey) -> Result<Option<Uuid>> {
        let Some(organization) = caller.organization_id else {
            return Ok(None);
        };
        let Some(tenant) = self.tenancy().directory().find(organization).await? else {
            return Ok(None);
        };
        // Whoever has left has no access to the organization: only the owner's connection can tell.
        let db = self.tenancy().write_shared(&tenant);
        let left = left_by(&db, caller.user_id, key).await;
        db.release().await;
        left
    }
}

async fn left_by(db: &TenantConnection, user: Uuid, key: &IdempotencyKey) -> Result<Option<Uuid>> {
    let member = Entity::find()
        .filter(Column::UserId.eq(user))
        .one(db)
        .await?;
    let Some(member) = member else {
        return Ok(None);
    };
    let done = write::is_done(db, member.id, LeaveOrganization::ACTION, key).await?;
    Ok(done.then_some(member.id))
}

async fn deactivate(cx: &WriteContext, member: &Model, owners: &[Model]) -> Result<Model> {
    if member.role == Role::Owner && member.status == MemberStatus::Active {
        keep_an_owner(owners, member.id)?;
    }
    set_status(cx, member, MemberStatus::Deactivated).await
}

async fn set_status(cx: &WriteContext, member: &Model, status: MemberStatus) -> Result<Model> {
    if member.status == status {
        let message = match status {
            MemberStatus::Active => "The member is active already.",
            MemberStatus::Deactivated => "The member is deactivated already.",
        };
        return Err(Error::conflict("id", message));
    }
    let row = ActiveModel {
        id: Set(member.id),
        status: Set(status),
        version: Set(member.version + 1),
        updated_at: Set(chrono::Utc::now()),
        ..Default::default()
    };
    let row = row.update(cx.db()).await?;
    let organization = cx.access().tenant().id();
    membership::Entity::update_many()
        .col_expr(
            membership::Column::Active,
            Expr::value(status == MemberStatus::Active),
        )
        .filter(membership::Column::UserId.eq(row.user_id))
        .filter(membership::Column::OrganizationId.eq(organization))
        .exec(cx.db())
        .await?;
    cx.announce(DirectoryChange::Member(organization, row.user_id))
        .await?;
    Ok(row)
}
