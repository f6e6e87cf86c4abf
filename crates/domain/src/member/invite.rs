//! Invitations: an offer of membership, by a link that only this install can make.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{TimeDelta, Utc};
use outlay_entity::tenant::{
    InvitationStatus, MemberStatus, Role,
    invitation::{ActiveModel, Column, Entity, Model},
    member,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
    Select, sea_query::Expr,
};
use uuid::Uuid;

use super::require_authority_over;
use crate::{
    Command, Context, Error, Outlay, Result, WriteContext,
    page::{self, Key, KeyKind, Ordering, Page, PageRequest},
    permission::Permission,
    value::Email,
    write,
};

const NOUN: &str = "invitation";

/// Bytes of a seal in a link: 128 bits cannot be guessed.
const SEAL: usize = 16;

impl Outlay {
    /// The link that accepts an invitation. It is derived, not stored: the database holds nothing to steal.
    ///
    /// # Errors
    /// `Internal` when there is no signing key.
    pub fn invitation_link(&self, organization: Uuid, invitation: Uuid) -> Result<String> {
        let mut token = [organization.into_bytes(), invitation.into_bytes()].concat();
        let seal = self.keys().seal(&token)?;
        token.extend_from_slice(&seal[..SEAL]);
        Ok(format!(
            "{}/invitations/{}",
            self.settings().public_url,
            BASE64_URL_SAFE_NO_PAD.encode(token)
        ))
    }

    /// The organization and invitation of a link's token, if this install made it.
    pub(super) fn read_invitation_token(&self, token: &str) -> Option<(Uuid, Uuid)> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .filter(|bytes| bytes.len() == 32 + SEAL)?;
        let (message, seal) = bytes.split_at(32);
        if !self.keys().is_sealed(message, seal) {
            return None;
        }
        Some((
            Uuid::from_slice(&message[..16]).ok()?,
            Uuid::from_slice(&message[16..]).ok()?,
        ))
    }
}

/// Invitations not answered yet, the newest first.
///
/// # Errors
/// `Forbidden` for those who may not invite.
pub async fn invitations(cx: &Context, request: &PageRequest) -> Result<Page<Model>> {
    let ordering = Ordering::<Entity> {
        name: "CREATED_AT",
        columns: vec![Column::CreatedAt, Column::Id],
        descending: true,
        keys: |row| vec![Key::Time(row.created_at), Key::Id(row.id)],
        kinds: &[KeyKind::Time, KeyKind::Id],
    };
    page::fetch(cx.db(), pending(cx)?, &ordering, request).await
}

/// How many invitations are not answered yet.
///
/// # Errors
/// `Forbidden` for those who may not invite.
pub async fn count_invitations(cx: &Context) -> Result<u64> {
    Ok(pending(cx)?.count(cx.db()).await?)
}

fn pending(cx: &Context) -> Result<Select<Entity>> {
    cx.require(Permission::ManageMembers)?;
    Ok(Entity::find().filter(Column::Status.eq(InvitationStatus::Pending)))
}

/// An invitation by id, for those who may invite; none for others.
///
/// # Errors
/// The database's own.
pub async fn find_invitation(cx: &Context, id: Uuid) -> Result<Option<Model>> {
    if !cx.can(Permission::ManageMembers) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id).one(cx.db()).await?)
}

/// An offer of membership.
#[derive(Debug, Clone)]
pub struct InviteMember {
    /// Where to send it.
    pub email: Email,
    /// The role that accepting gives.
    pub role: Role,
    /// The department that accepting gives.
    pub department_id: Option<Uuid>,
    /// How long it can be accepted, from [`Outlay::invitation_lifetime`].
    pub lifetime: TimeDelta,
}

impl Outlay {
    /// How long an invitation can be accepted.
    #[must_use]
    pub fn invitation_lifetime(&self) -> TimeDelta {
        TimeDelta::from_std(self.settings().invitation_lifetime).unwrap_or(TimeDelta::MAX)
    }
}

impl Command for InviteMember {
    type Output = Model;
    const ACTION: &'static str = "member.invite";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageMembers)?;
        require_authority_over(cx, self.role)?;
        let same = member::Entity::find()
            .filter(member::Column::Email.eq(self.email.as_str()))
            .filter(member::Column::Status.eq(MemberStatus::Active));
        if same.count(cx.db()).await? > 0 {
            return Err(Error::conflict(
                "email",
                "There is a member of this address already.",
            ));
        }
        let now = Utc::now();
        // One that has run out makes room for a new one.
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(InvitationStatus::Revoked))
            .filter(Column::Email.eq(self.email.as_str()))
            .filter(Column::Status.eq(InvitationStatus::Pending))
            .filter(Column::ExpiresAt.lte(now))
            .exec(cx.db())
            .await?;
        let row = ActiveModel {
            id: Set(Uuid::now_v7()),
            email: Set(self.email.as_str().to_owned()),
            role: Set(self.role),
            department_id: Set(self.department_id),
            invited_by: Set(cx.member_id()),
            status: Set(InvitationStatus::Pending),
            expires_at: Set(now + self.lifetime),
            ..Default::default()
        };
        Ok(row.insert(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// Takes back an invitation that is not answered yet: its link stops working.
#[derive(Debug, Clone)]
pub struct RevokeInvitation {
    /// The invitation.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for RevokeInvitation {
    type Output = Model;
    const ACTION: &'static str = "member.revoke_invitation";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageMembers)?;
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        if old.status != InvitationStatus::Pending {
            return Err(Error::conflict(
                "id",
                "The invitation was answered or revoked already.",
            ));
        }
        let row = ActiveModel {
            id: Set(self.id),
            status: Set(InvitationStatus::Revoked),
            version: Set(old.version + 1),
            updated_at: Set(Utc::now()),
            ..Default::default()
        };
        Ok(row.update(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}
