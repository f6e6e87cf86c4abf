//! Members who leave, and members who are reactivated.
//!
//! Membership is stored in two places, the tenant's schema and the shared sign-in directory. These commands write both
//! in one transaction of the owner's connection.

use outlay_entity::{
    shared::membership,
    tenant::{
        MemberId, MemberStatus, Role,
        member::{ActiveModel, Column, Entity, Model},
    },
};
use outlay_tenancy::{DirectoryChange, TenantConnection};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::Serialize;
use uuid::Uuid;

use super::{lock_owners, require_authority_over, require_remaining_owner};
use crate::{
    Action, Command, Context, Error, IdempotencyKey, Outlay, Result, WriteContext,
    identity::Caller, write,
};

/// Deactivates a member, who can no longer sign in. The member's records are kept.
#[derive(Debug, Clone, Serialize)]
pub struct DeactivateMember {
    /// The member.
    pub id: MemberId,
    /// The version that the caller has read.
    pub version: i32,
}

impl Command for DeactivateMember {
    type Output = Model;
    const ACTION: Action = Action::MemberDeactivate;
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let owners = lock_owners(cx).await?;
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        deactivate(cx, &old, &owners).await
    }
}

/// Reactivates a deactivated member.
#[derive(Debug, Clone, Serialize)]
pub struct ReactivateMember {
    /// The member.
    pub id: MemberId,
    /// The version that the caller has read.
    pub version: i32,
}

impl Command for ReactivateMember {
    type Output = Model;
    const ACTION: Action = Action::MemberReactivate;
    const SHARED: bool = true;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        set_status(cx, &old, MemberStatus::Active).await
    }
}

/// Ends the caller's own membership.
#[derive(Debug, Clone, Serialize)]
pub struct LeaveOrganization;

impl Command for LeaveOrganization {
    type Output = Model;
    const ACTION: Action = Action::MemberLeave;
    const SHARED: bool = true;

    /// Every member may leave.
    fn authorize(&self, _: &Context) -> Result<()> {
        Ok(())
    }

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let owners = lock_owners(cx).await?;
        let own = write::lock_visible::<Entity>(cx, cx.member_id()).await?;
        deactivate(cx, &own, &owners).await
    }
}

impl Outlay {
    /// The id of the former member, if the caller left the organization of the session with this key.
    ///
    /// # Errors
    /// Database errors.
    pub async fn has_left(
        &self,
        caller: &Caller,
        key: &IdempotencyKey,
    ) -> Result<Option<MemberId>> {
        let Some(organization) = caller.organization_id else {
            return Ok(None);
        };
        let Some(tenant) = self.tenancy().directory().find(organization).await? else {
            return Ok(None);
        };
        // A former member has no access to the organization, so the owner's connection is used.
        let db = self.tenancy().write_shared(&tenant);
        let left = left_by(&db, caller.user_id, key).await;
        db.release().await;
        left
    }
}

async fn left_by(
    db: &TenantConnection,
    user: Uuid,
    key: &IdempotencyKey,
) -> Result<Option<MemberId>> {
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
        require_remaining_owner(owners, member.id)?;
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
    let change = ActiveModel {
        status: Set(status),
        ..Default::default()
    };
    let row = write::update::<Entity>(cx, member, change).await?;
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
