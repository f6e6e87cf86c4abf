//! Accepting an invitation, as a new user or as one who is there already.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use outlay_entity::{
    Id,
    shared::{OrganizationStatus, membership, user},
    tenant::{
        InvitationId, InvitationStatus, MemberId, MemberStatus, audit_event, invitation, member,
    },
};
use outlay_tenancy::{DirectoryChange, TenantAccess, TenantConnection, TenantId};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::OnConflict,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Action, Error, IdempotencyKey, Outlay, Result,
    identity::{Caller, SessionTokens, create_user, find_user_by_email},
    value::{Email, Name, Password},
    write::Once,
};

/// Names the write among those of an idempotency key.
const ACCEPT: &str = Action::MemberAcceptInvitation.as_str();

/// Somebody who follows an invitation's link.
#[derive(Debug, Clone, Serialize)]
pub struct AcceptInvitation {
    /// The last segment of the link.
    pub token: String,
    /// The name for a new user; an existing one keeps theirs.
    pub display_name: Option<Name>,
    /// The password to set for a new user, or that of an existing one who is not signed in.
    #[serde(skip)]
    pub password: Option<Password>,
}

/// An invitation's receiver, who is a member now.
#[derive(Debug, Clone)]
pub struct AcceptedInvitation {
    /// The organization and the member.
    pub access: TenantAccess,
    /// A session bound to the organization.
    pub session: SessionTokens,
}

impl Outlay {
    /// Makes the receiver of an invitation a member, with a session bound to the organization; for a key that
    /// accepted it before, the same member, and a new session. `network` is where the request comes from.
    ///
    /// # Errors
    /// `Invalid` when the link is not ours or has run out, and when the address has an account and the password is
    /// not its own; `Conflict` when it was answered or revoked, or the key was used for another input;
    /// `TenantSuspended`; `RateLimited`.
    pub async fn accept_invitation(
        &self,
        accept: AcceptInvitation,
        caller: Option<&Caller>,
        key: Option<&IdempotencyKey>,
        network: Option<IpAddr>,
    ) -> Result<AcceptedInvitation> {
        let unknown = || {
            Error::invalid(
                "token",
                "This is not the token of an invitation; copy the whole link.",
            )
        };
        let (organization, id) = self
            .read_invitation_token(&accept.token)
            .ok_or_else(unknown)?;
        let tenant = self
            .tenancy()
            .directory()
            .find(organization)
            .await?
            .ok_or_else(unknown)?;
        if self.get_organization(organization).await?.status == OrganizationStatus::Suspended {
            return Err(Error::TenantSuspended);
        }
        let db = self.tenancy().write_shared(&tenant);
        let invited = invitation::Entity::find_by_id(id)
            .one(&db)
            .await?
            .ok_or_else(unknown)?;
        db.release().await;
        // The password is checked or hashed before the transaction, which must not wait for it.
        let identity = self
            .identify(&invited.email, &accept, caller, network)
            .await?;
        let db = self.tenancy().write_shared(&tenant);
        let user_id =
            match add_member(&db, organization, id, identity, &accept, key, self.now()).await {
                Ok(user_id) => {
                    db.commit().await?;
                    user_id
                }
                Err(error) => {
                    db.release().await;
                    let again = match (&error, key) {
                        (Error::Conflict { .. }, Some(key)) => {
                            self.accepted_before(&invited.email, &accept, caller, key, network)
                                .await?
                        }
                        _ => None,
                    };
                    again.ok_or(error)?
                }
            };
        let directory = self.tenancy().directory();
        directory.invalidate(DirectoryChange::Member(organization, user_id));
        let access = directory.access(organization, user_id).await?;
        let session = self.open_session(user_id, Some(organization)).await?;
        Ok(AcceptedInvitation { access, session })
    }

    /// The user who accepted by this key before; whoever asks has to show again that it is they.
    async fn accepted_before(
        &self,
        email: &str,
        accept: &AcceptInvitation,
        caller: Option<&Caller>,
        key: &IdempotencyKey,
        network: Option<IpAddr>,
    ) -> Result<Option<Uuid>> {
        // A user who was new when this request came has an account by now, if it was the first one's doing.
        let Identity::Known(user) = self.identify(email, accept, caller, network).await? else {
            return Ok(None);
        };
        let once = Once::new(user.id, ACCEPT, key, accept)?;
        let done = once.find(self.tenancy().shared()).await?;
        Ok(done.map(|_| user.id))
    }

    async fn identify(
        &self,
        email: &str,
        accept: &AcceptInvitation,
        caller: Option<&Caller>,
        network: Option<IpAddr>,
    ) -> Result<Identity> {
        match find_user_by_email(self.tenancy().shared(), email).await? {
            Some(user) if caller.is_some_and(|caller| caller.user_id == user.id) => {
                Ok(Identity::Known(user))
            }
            Some(user) => {
                let password = accept.password.as_ref().ok_or_else(|| {
                    Error::invalid(
                        "password",
                        "This address has an account: give its password, or sign in first.",
                    )
                })?;
                let hash = Some(user.password_hash.as_str());
                let checked = self.check_password(&user.email, network, password, hash);
                if checked.await? {
                    Ok(Identity::Known(user))
                } else {
                    Err(Error::invalid(
                        "password",
                        "This address has an account, and this is not its password.",
                    ))
                }
            }
            None => {
                let missing =
                    |field: &str| Error::invalid(field, "A new user needs a name and a password.");
                let display_name = accept
                    .display_name
                    .clone()
                    .ok_or_else(|| missing("displayName"))?;
                let password = accept
                    .password
                    .as_ref()
                    .ok_or_else(|| missing("password"))?;
                let password_hash = self.passwords().hash(password).await?;
                Ok(Identity::New {
                    email: Email::parse("email", email)?,
                    display_name,
                    password_hash,
                })
            }
        }
    }
}

enum Identity {
    Known(user::Model),
    New {
        email: Email,
        display_name: Name,
        password_hash: String,
    },
}

/// Everything that accepting writes, in one transaction: user, member, membership, invitation, audit event. The user.
async fn add_member(
    db: &TenantConnection,
    organization: TenantId,
    invitation: InvitationId,
    identity: Identity,
    accept: &AcceptInvitation,
    key: Option<&IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let invited = invitation::Entity::find_by_id(invitation)
        .lock_exclusive()
        .one(db)
        .await?;
    let invited = invited.ok_or(Error::not_found("invitation", "token"))?;
    match invited.status {
        InvitationStatus::Pending if invited.expires_at > now => {}
        InvitationStatus::Pending => {
            return Err(Error::invalid(
                "token",
                "This invitation has run out; ask for a new one.",
            ));
        }
        InvitationStatus::Accepted => {
            return Err(Error::conflict(
                "token",
                "This invitation was accepted already; sign in instead.",
            ));
        }
        InvitationStatus::Revoked => {
            return Err(Error::conflict("token", "This invitation was revoked."));
        }
    }
    let user = match identity {
        Identity::Known(user) => user,
        Identity::New {
            email,
            display_name,
            password_hash,
        } => create_user(db, &email, &display_name, password_hash).await?,
    };
    if let Some(key) = key {
        let once = Once::new(user.id, ACCEPT, key, accept)?;
        once.claim(db, organization.uuid()).await?;
    }
    let member_id = upsert_member(db, &invited, &user, now).await?;
    let membership = membership::ActiveModel {
        user_id: Set(user.id),
        organization_id: Set(organization),
        member_id: Set(member_id),
        active: Set(true),
        ..Default::default()
    };
    let again = OnConflict::columns([
        membership::Column::UserId,
        membership::Column::OrganizationId,
    ])
    .update_column(membership::Column::Active)
    .to_owned();
    membership::Entity::insert(membership)
        .on_conflict(again)
        .exec_without_returning(db)
        .await?;
    let answered = invitation::ActiveModel {
        id: Set(invitation),
        status: Set(InvitationStatus::Accepted),
        version: Set(invited.version + 1),
        updated_at: Set(now),
        ..Default::default()
    };
    answered.update(db).await?;
    let event = audit_event::ActiveModel {
        id: Set(Id::generate()),
        member_id: Set(Some(member_id)),
        action: Set(ACCEPT.into()),
        subject_id: Set(member_id.uuid()),
        changes: Set(serde_json::json!({ "role": invited.role, "invitation": invitation })),
        ..Default::default()
    };
    audit_event::Entity::insert(event)
        .exec_without_returning(db)
        .await?;
    DirectoryChange::Member(organization, user.id)
        .announce(db)
        .await?;
    Ok(user.id)
}

/// The member's row: a new one, or the old one of somebody who comes back.
async fn upsert_member(
    db: &TenantConnection,
    invited: &invitation::Model,
    user: &user::Model,
    now: DateTime<Utc>,
) -> Result<MemberId> {
    let before = member::Entity::find()
        .filter(member::Column::UserId.eq(user.id))
        .lock_exclusive()
        .one(db)
        .await?;
    let mut row = member::ActiveModel {
        email: Set(user.email.clone()),
        role: Set(invited.role),
        status: Set(MemberStatus::Active),
        department_id: Set(invited.department_id),
        ..Default::default()
    };
    match before {
        Some(before) if before.status == MemberStatus::Active => Err(Error::conflict(
            "token",
            "You are a member of this organization already.",
        )),
        Some(before) => {
            row.id = Set(before.id);
            row.version = Set(before.version + 1);
            row.updated_at = Set(now);
            Ok(row.update(db).await?.id)
        }
        None => {
            row.id = Set(MemberId::generate());
            row.user_id = Set(user.id);
            row.display_name = Set(user.display_name.clone());
            Ok(row.insert(db).await?.id)
        }
    }
}
