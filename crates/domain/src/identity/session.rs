//! Sessions: opened by signing in, and extended by refresh tokens that can be used once (RFC 9700, section 4.14.2).

use std::{net::IpAddr, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use outlay_entity::shared::{OrganizationId, membership, refresh_token, session, user};
use outlay_tenancy::{DirectoryChange, TenancyError, Tenant, TenantAccess};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait, TransactionTrait, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Claims, SigningKeys, find_user_by_email};
use crate::{
    Error, IdempotencyKey, Outlay, Result,
    value::{Email, Password},
    write::Once,
};

const WRONG: Error = Error::Unauthenticated("The e-mail address or the password is wrong.");
const ENDED: Error = Error::Unauthenticated("This session has ended: sign in again.");

/// The user and session of a verified access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// The organization that the session is bound to.
    pub organization_id: Option<OrganizationId>,
    /// Time of expiry of the access token.
    pub expires_at: DateTime<Utc>,
}

/// The tokens of a session, for the client.
#[derive(Debug, Clone)]
pub struct SessionTokens {
    /// The token for the header `Authorization: Bearer`.
    pub access_token: String,
    /// Can be exchanged once for a new pair of tokens.
    pub refresh_token: String,
    /// Time of expiry of the access token.
    pub expires_at: DateTime<Utc>,
}

/// The credentials of a sign-in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The e-mail address.
    pub email: Email,
    /// The password to verify.
    pub password: Password,
    /// The slug of the organization to bind the session to.
    pub organization: Option<String>,
}

impl Outlay {
    /// Verifies a password and opens a session. The session is bound to the requested organization, else to that of the
    /// request's host, else to the user's only organization. `network` is the network of the client.
    ///
    /// # Errors
    /// `Unauthenticated` when the address or the password is wrong; `NotFound` when the user is not a member of the
    /// organization; `TenantMismatch` when host and input name different organizations; `TenantSuspended`;
    /// `RateLimited`.
    pub async fn sign_in(
        &self,
        attempt: SignIn,
        host: Option<&Arc<Tenant>>,
        network: Option<IpAddr>,
    ) -> Result<(user::Model, SessionTokens)> {
        let email = attempt.email.as_str();
        let user = find_user_by_email(self.tenancy().shared(), email).await?;
        let hash = user.as_ref().map(|user| user.password_hash.as_str());
        let checked = self.check_password(email, network, &attempt.password, hash);
        if !checked.await? {
            return Err(WRONG);
        }
        let user = user.ok_or(WRONG)?;
        let organization = match attempt.organization {
            Some(slug) => {
                let access = self.access_by_slug(&slug, user.id).await?;
                if host.is_some_and(|host| host.id() != access.tenant().id()) {
                    return Err(Error::TenantMismatch);
                }
                Some(access.tenant().id())
            }
            None => match host {
                Some(host) => Some(
                    self.tenancy()
                        .directory()
                        .access(host.id(), user.id)
                        .await?
                        .tenant()
                        .id(),
                ),
                None => self.only_organization(user.id).await?,
            },
        };
        let session = self.open_session(user.id, organization).await?;
        Ok((user, session))
    }

    async fn access_by_slug(&self, slug: &str, user: Uuid) -> Result<TenantAccess> {
        let unknown = || Error::not_found("organization", "organization");
        if slug.contains('\0') {
            return Err(unknown());
        }
        let directory = self.tenancy().directory();
        let tenant = directory.find_by_slug(slug).await?.ok_or_else(unknown)?;
        match directory.access(tenant.id(), user).await {
            Err(TenancyError::UnknownTenant) => Err(unknown()),
            access => Ok(access?),
        }
    }

    async fn only_organization(&self, user: Uuid) -> Result<Option<OrganizationId>> {
        let organizations: Vec<OrganizationId> = membership::Entity::find()
            .select_only()
            .column(membership::Column::OrganizationId)
            .filter(membership::Column::UserId.eq(user))
            .filter(membership::Column::Active.eq(true))
            .limit(2)
            .into_tuple()
            .all(self.tenancy().shared())
            .await?;
        let [only] = organizations[..] else {
            return Ok(None);
        };
        // Members of a suspended organization can still sign in and create another.
        Ok(self
            .tenancy()
            .directory()
            .access(only, user)
            .await
            .is_ok()
            .then_some(only))
    }

    /// Opens a session that is bound to another organization of the caller. The caller's current session stays open.
    ///
    /// # Errors
    /// `NotFound` when the user is not a member of the organization, `TenantSuspended`.
    pub async fn switch_organization(&self, caller: &Caller, slug: &str) -> Result<SessionTokens> {
        let access = self.access_by_slug(slug, caller.user_id).await?;
        self.open_session(caller.user_id, Some(access.tenant().id()))
            .await
    }

    /// Exchanges a refresh token for a new pair of tokens, once. A second use means that the token was stolen, or that
    /// the first response was lost: it ends the session.
    ///
    /// # Errors
    /// `Unauthenticated` when the token is unknown or used, or its session has ended.
    pub async fn refresh(&self, token: &str) -> Result<SessionTokens> {
        let hash = token_hash(token);
        // Runs before the transaction, since no task may wait for a second connection.
        self.require_membership(&hash).await?;
        let transaction = self.tenancy().shared().begin().await?;
        let used = refresh_token::Entity::update_many()
            .col_expr(refresh_token::Column::UsedAt, Expr::current_timestamp())
            .filter(refresh_token::Column::TokenHash.eq(hash.clone()))
            .filter(refresh_token::Column::UsedAt.is_null())
            .exec_with_returning(&transaction)
            .await?;
        let Some(used) = used.into_iter().next() else {
            if let Some(stolen) = refresh_token::Entity::find_by_id(hash)
                .one(&transaction)
                .await?
            {
                transaction.commit().await?;
                tracing::warn!(session = %stolen.session_id, "a refresh token was used twice; ending its session");
                self.end_session(stolen.session_id, "REUSED_TOKEN", None)
                    .await?;
            }
            return Err(ENDED);
        };
        let session = session::Entity::find_by_id(used.session_id)
            .one(&transaction)
            .await?
            .ok_or(ENDED)?;
        if session.revoked_at.is_some() || session.expires_at <= self.now() {
            return Err(ENDED);
        }
        let refresh_token = add_refresh_token(&transaction, session.id).await?;
        transaction.commit().await?;
        let caller = Caller {
            user_id: session.user_id,
            session_id: session.id,
            organization_id: session.organization_id,
            expires_at: self.now() + time_delta(self.settings().access_token_lifetime)?,
        };
        self.tokens(&caller, refresh_token)
    }

    /// Rejects an unused refresh token if its session belongs to an organization that the user has left.
    async fn require_membership(&self, hash: &[u8]) -> Result<()> {
        let unused = refresh_token::Entity::find()
            .select_only()
            .column(refresh_token::Column::SessionId)
            .filter(refresh_token::Column::TokenHash.eq(hash))
            .filter(refresh_token::Column::UsedAt.is_null())
            .into_query();
        let session = session::Entity::find()
            .filter(session::Column::Id.in_subquery(unused))
            .filter(session::Column::RevokedAt.is_null())
            .one(self.tenancy().shared())
            .await?;
        let Some(session) = session else {
            return Ok(());
        };
        let Some(organization) = session.organization_id else {
            return Ok(());
        };
        let directory = self.tenancy().directory();
        match directory.access(organization, session.user_id).await {
            Ok(_) => Ok(()),
            Err(TenancyError::UnknownTenant) => Err(ENDED),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the caller's session. All servers reject its tokens within a second.
    ///
    /// # Errors
    /// Database errors.
    pub async fn sign_out(&self, caller: &Caller, key: Option<&IdempotencyKey>) -> Result<()> {
        let once = key.map(|key| sign_out_key(caller, key)).transpose()?;
        self.end_session(caller.session_id, "SIGNED_OUT", once)
            .await
    }

    /// Whether the ended session was signed out with this key.
    ///
    /// # Errors
    /// Database errors.
    pub async fn has_signed_out(&self, ended: &Caller, key: &IdempotencyKey) -> Result<bool> {
        let once = sign_out_key(ended, key)?;
        Ok(once.find(self.tenancy().shared()).await?.is_some())
    }

    async fn end_session(&self, id: Uuid, reason: &str, once: Option<Once>) -> Result<()> {
        let transaction = self.tenancy().shared().begin().await?;
        if let Some(once) = once {
            once.claim(&transaction, id).await?;
        }
        session::Entity::update_many()
            .col_expr(session::Column::RevokedAt, Expr::current_timestamp())
            .col_expr(session::Column::RevokedReason, Expr::value(reason))
            .filter(session::Column::Id.eq(id))
            .filter(session::Column::RevokedAt.is_null())
            .exec(&transaction)
            .await?;
        let change = DirectoryChange::Session(id);
        change.announce(&transaction).await?;
        transaction.commit().await?;
        self.tenancy().directory().invalidate(change);
        Ok(())
    }

    /// Verifies an access token and its session.
    ///
    /// # Errors
    /// `Unauthenticated` when the token is invalid or has expired, or the session has ended.
    pub fn authenticate(&self, token: &str) -> Result<Caller> {
        let caller = self.bearer(token)?;
        if self.tenancy().directory().is_revoked(caller.session_id) {
            return Err(ENDED);
        }
        Ok(caller)
    }

    /// Verifies an access token, but not that its session is open. Use the result only for
    /// [`has_signed_out`](Self::has_signed_out).
    ///
    /// # Errors
    /// `Unauthenticated` when the token is invalid or has expired.
    pub fn bearer(&self, token: &str) -> Result<Caller> {
        let claims = self.keys().verify(token, self.now())?;
        Ok(Caller {
            user_id: claims.sub,
            session_id: claims.sid,
            organization_id: claims.org,
            expires_at: DateTime::from_timestamp(claims.exp, 0).unwrap_or_default(),
        })
    }

    /// Checks that the caller's token has not expired and that the session is open.
    ///
    /// # Errors
    /// `Unauthenticated` otherwise.
    pub(crate) fn check_session(&self, caller: &Caller) -> Result<()> {
        if self.tenancy().directory().is_revoked(caller.session_id) {
            return Err(ENDED);
        }
        if caller.expires_at <= self.now() {
            return Err(Error::Unauthenticated(
                "The access token has expired: refresh the session.",
            ));
        }
        Ok(())
    }

    pub(crate) async fn open_session(
        &self,
        user: Uuid,
        organization: Option<OrganizationId>,
    ) -> Result<SessionTokens> {
        self.open_session_for(user, organization, self.settings().access_token_lifetime)
            .await
    }

    /// Opens a session without a password, for the command line. `lifetime` is that of the first access token.
    ///
    /// # Errors
    /// Database errors.
    pub async fn open_session_for(
        &self,
        user: Uuid,
        organization: Option<OrganizationId>,
        lifetime: Duration,
    ) -> Result<SessionTokens> {
        let id = Uuid::now_v7();
        let row = session::ActiveModel {
            id: Set(id),
            user_id: Set(user),
            organization_id: Set(organization),
            expires_at: Set(self.now() + time_delta(self.settings().session_lifetime)?),
            ..Default::default()
        };
        let transaction = self.tenancy().shared().begin().await?;
        session::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        let refresh_token = add_refresh_token(&transaction, id).await?;
        transaction.commit().await?;
        let caller = Caller {
            user_id: user,
            session_id: id,
            organization_id: organization,
            expires_at: self.now() + time_delta(lifetime)?,
        };
        self.tokens(&caller, refresh_token)
    }

    fn tokens(&self, caller: &Caller, refresh_token: String) -> Result<SessionTokens> {
        let expires_at = caller.expires_at;
        let access_token = self.keys().sign(&Claims {
            iss: SigningKeys::issuer(),
            sub: caller.user_id,
            sid: caller.session_id,
            org: caller.organization_id,
            iat: self.now().timestamp(),
            exp: expires_at.timestamp(),
        })?;
        Ok(SessionTokens {
            access_token,
            refresh_token,
            expires_at,
        })
    }
}

fn sign_out_key(caller: &Caller, key: &IdempotencyKey) -> Result<Once> {
    Once::new(caller.session_id, "session.sign_out", key, &())
}

fn time_delta(duration: Duration) -> Result<TimeDelta> {
    TimeDelta::from_std(duration).map_err(Error::internal)
}

/// Creates a refresh token of 256 random bits. The database stores only its hash.
async fn add_refresh_token(shared: &impl ConnectionTrait, session: Uuid) -> Result<String> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let row = refresh_token::ActiveModel {
        token_hash: Set(token_hash(&token)),
        session_id: Set(session),
        ..Default::default()
    };
    refresh_token::Entity::insert(row)
        .exec_without_returning(shared)
        .await?;
    Ok(token)
}

fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
