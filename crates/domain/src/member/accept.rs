//! Accepting an invitation, as a new or as an existing user.

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

/// The operation name in the table of idempotency keys.
const ACCEPT: &str = Action::MemberAcceptInvitation.as_str();

/// Accepts an invitation.
#[derive(Debug, Clone, Serialize)]
pub struct AcceptInvitation {
    /// The last path segment of the invitation link.
    pub token: String,
    /// The display name of a new user. Existing users keep theirs.
    pub display_name: Option<Name>,
    /// The password to set for a new user, or the password of an existing user who is not signed in.
    #[serde(skip)]
    pub password: Option<Password>,
}

/// The member that an accepted invitation created.
#[derive(Debug, Clone)]
pub struct AcceptedInvitation {
    /// The organization and the member.
    pub access: TenantAccess,
    /// A session bound to the organization.
    pub session: SessionTokens,
}

impl Outlay {
    /// Makes the recipient of an invitation a member, and opens a session bound to the organization. If the key has
    /// already accepted the invitation, returns the same member and a new session. `network` is the network of the
    /// client.
    ///
    /// # Errors
    /// `Invalid` when the token is not valid or has expired, and when the address has an account with another password;
    /// `Conflict` when the invitation was accepted or revoked, or the key was used for another input;
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
        // Verify or hash the password before the transaction, which would wait for it otherwise.
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

    /// The user who accepted the invitation with this key before. The caller has to authenticate again.
    async fn accepted_before(
        &self,
        email: &str,
        accept: &AcceptInvitation,
        caller: Option<&Caller>,
        key: &IdempotencyKey,
        network: Option<IpAddr>,
    ) -> Result<Option<Uuid>> {
        // A user who was new in the first request has an account by now.
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
                        "This address has an account: enter its password, or sign in first.",
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

/// Writes the user, member, membership, invitation and audit event in one transaction. Returns the id of the user.
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
                "This invitation has expired; ask for a new one.",
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

/// Inserts the member, or reactivates a former member.
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
