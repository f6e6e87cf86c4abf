//! Invitations: offers of membership. Only this installation can create their links.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use outlay_entity::tenant::{
    DepartmentId, InvitationId, InvitationStatus, MemberStatus, Role,
    invitation::{ActiveModel, Column, Entity, Model, Row},
    member,
};
use outlay_tenancy::TenantId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::Expr,
};
use serde::Serialize;
use uuid::Uuid;

use super::require_authority_over;
use crate::{
    Action, Command, Context, Error, Outlay, Result, WriteContext,
    noun::{Noun, Unique, Visible},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
    value::Email,
    write,
};

/// Number of bytes of the seal in a link. 128 bits cannot be guessed.
const SEAL: usize = 16;

impl Outlay {
    /// The link to accept an invitation. It is derived and not stored, so the database contains no links to steal.
    ///
    /// # Errors
    /// `Internal` when there is no signing key.
    pub fn invitation_link(
        &self,
        organization: TenantId,
        invitation: InvitationId,
    ) -> Result<String> {
        let mut token = [
            organization.uuid().into_bytes(),
            invitation.uuid().into_bytes(),
        ]
        .concat();
        let seal = self.keys().seal(&token)?;
        token.extend_from_slice(&seal[..SEAL]);
        Ok(format!(
            "{}/invitations/{}",
            self.settings().public_url,
            BASE64_URL_SAFE_NO_PAD.encode(token)
        ))
    }

    /// The organization and invitation of a token; `None` if this installation did not create it.
    pub(super) fn read_invitation_token(&self, token: &str) -> Option<(TenantId, InvitationId)> {
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .filter(|bytes| bytes.len() == 32 + SEAL)?;
        let (message, seal) = bytes.split_at(32);
        if !self.keys().is_sealed(message, seal) {
            return None;
        }
        Some((
            Uuid::from_slice(&message[..16]).ok()?.into(),
            Uuid::from_slice(&message[16..]).ok()?.into(),
        ))
    }
}

impl Noun for Entity {
    const NAME: &'static str = "invitation";
    const MANAGE: Permission = Permission::ManageMembers;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "invitation_pending_email_key",
        field: Some("email"),
        message: "This address already has an invitation; revoke it to send a new one.",
    }];

    fn visible(cx: &Context) -> Visible {
        Visible::with(cx, Permission::ManageMembers)
    }
}

/// Lists pending invitations, newest first.
///
/// # Errors
/// `Forbidden` for callers who may not invite members.
pub async fn invitations(cx: &Context, request: &PageRequest, fetch: &Fetch) -> Result<Page<Row>> {
    cx.require(Permission::ManageMembers)?;
    let pending = Condition::all().add(Column::Status.eq(InvitationStatus::Pending));
    let order = Order::by("CREATED_AT", keys![Row: created_at Time]).descending();
    read::list::<Entity>(cx, &pending, order, request, fetch).await
}

/// Invites a person to become a member.
#[derive(Debug, Clone, Serialize)]
pub struct InviteMember {
    /// The e-mail address of the recipient.
    pub email: Email,
    /// The role of the future member.
    pub role: Role,
    /// The department of the future member.
    pub department_id: Option<DepartmentId>,
    /// The lifetime of the invitation, from [`Outlay::invitation_lifetime`].
    #[serde(skip)]
    pub lifetime: TimeDelta,
}

impl Outlay {
    /// The lifetime of an invitation.
    #[must_use]
    pub fn invitation_lifetime(&self) -> TimeDelta {
        TimeDelta::from_std(self.settings().invitation_lifetime).unwrap_or(TimeDelta::MAX)
    }
}

impl Command for InviteMember {
    type Output = Model;
    const ACTION: Action = Action::MemberInvite;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        require_authority_over(cx, self.role)?;
        let same = member::Entity::find()
            .filter(member::Column::Email.eq(self.email.as_str()))
            .filter(member::Column::Status.eq(MemberStatus::Active));
        if same.count(cx.db()).await? > 0 {
            return Err(Error::conflict(
                "email",
                "A member with this address already exists.",
            ));
        }
        let now = cx.now();
        // Expired invitations do not block a new one.
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(InvitationStatus::Revoked))
            .filter(Column::Email.eq(self.email.as_str()))
            .filter(Column::Status.eq(InvitationStatus::Pending))
            .filter(Column::ExpiresAt.lte(now))
            .exec(cx.db())
            .await?;
        let row = ActiveModel {
            email: Set(self.email.as_str().to_owned()),
            role: Set(self.role),
            department_id: Set(self.department_id),
            invited_by: Set(cx.member_id()),
            status: Set(InvitationStatus::Pending),
            expires_at: Set(now + self.lifetime),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}

/// Revokes a pending invitation. Its link stops working.
#[derive(Debug, Clone, Serialize)]
pub struct RevokeInvitation {
    /// The invitation.
    pub id: InvitationId,
    /// The version that the caller has read.
    pub version: i32,
}

impl Command for RevokeInvitation {
    type Output = Model;
    const ACTION: Action = Action::MemberRevokeInvitation;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        require_authority_over(cx, old.role)?;
        if old.status != InvitationStatus::Pending {
            return Err(Error::conflict(
                "id",
                "The invitation was already accepted or revoked.",
            ));
        }
        let change = ActiveModel {
            status: Set(InvitationStatus::Revoked),
            ..Default::default()
        };
        write::update::<Entity>(cx, &old, change).await
    }
}
