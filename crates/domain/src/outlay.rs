//! The entry point of the domain, for servers, command lines and tests.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use outlay_tenancy::{Tenancy, TenantAccess, TenantConnection};

use crate::{
    Clock, Command, Context, Error, IdempotencyKey, Result, WriteContext,
    identity::{Attempts, PasswordHasher, SigningKeys},
    live::Hubs,
    read::Shapes,
    write,
};

/// Settings of the domain.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Base URL of invitation links, without a trailing slash, such as `https://outlay.example.com`.
    pub public_url: String,
    /// Lifetime of an access token.
    pub access_token_lifetime: Duration,
    /// Lifetime of a session.
    pub session_lifetime: Duration,
    /// Lifetime of an invitation.
    pub invitation_lifetime: Duration,
    /// The source of the current time.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            access_token_lifetime: Duration::from_mins(15),
            session_lifetime: Duration::from_hours(30 * 24),
            invitation_lifetime: Duration::from_hours(7 * 24),
            clock: Clock::default(),
        }
    }
}

/// All organizations of an installation, and their use cases.
pub struct Outlay {
    tenancy: Tenancy,
    settings: Settings,
    keys: SigningKeys,
    passwords: PasswordHasher,
    attempts: Attempts,
    hubs: Hubs,
    shapes: Arc<Shapes>,
}

impl Outlay {
    /// Opens the domain on a prepared tenancy. Creates the first signing key if there is none.
    ///
    /// # Errors
    /// Database errors.
    pub async fn open(tenancy: Tenancy, settings: Settings) -> Result<Self> {
        let keys = SigningKeys::load(tenancy.shared()).await?;
        Ok(Self {
            tenancy,
            settings,
            keys,
            passwords: PasswordHasher::new(),
            attempts: Attempts::new(),
            hubs: Hubs::default(),
            shapes: Arc::default(),
        })
    }

    /// The tenants and their directory.
    #[must_use]
    pub fn tenancy(&self) -> &Tenancy {
        &self.tenancy
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The current time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.settings.clock.now()
    }

    /// The signing keys of access tokens.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    pub(crate) fn passwords(&self) -> &PasswordHasher {
        &self.passwords
    }

    pub(crate) fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    pub(crate) fn hubs(&self) -> &Hubs {
        &self.hubs
    }

    /// Opens a read-only snapshot for a verified member. The first read takes the snapshot.
    #[must_use]
    pub fn read(&self, access: &TenantAccess, request_id: Option<Arc<str>>) -> Context {
        self.context(access, self.tenancy.read(access), request_id)
    }

    fn context(
        &self,
        access: &TenantAccess,
        db: TenantConnection,
        request_id: Option<Arc<str>>,
    ) -> Context {
        let (clock, shapes) = (self.settings.clock.clone(), self.shapes.clone());
        Context::new(access.clone(), db, request_id, clock, shapes)
    }

    /// Executes a write in one transaction, with one audit event, and at most once for an idempotency key.
    ///
    /// # Errors
    /// The errors of the command. Nothing was written in that case.
    pub async fn execute<C: Command>(
        &self,
        access: &TenantAccess,
        request_id: Option<Arc<str>>,
        command: &C,
        key: Option<&IdempotencyKey>,
    ) -> Result<C::Output> {
        let db = if C::SHARED {
            self.tenancy.write_shared(access.tenant())
        } else {
            self.tenancy.write(access)
        };
        let cx = WriteContext::new(
            self.context(access, db, request_id),
            self.tenancy.signals().clone(),
        );
        match write::perform(&cx, command, key).await {
            Ok(output) => {
                cx.db().commit().await.map_err(Error::from)?;
                for change in cx.into_changes() {
                    self.tenancy.directory().invalidate(change);
                }
                self.publish(access.tenant().id(), C::ACTION);
                Ok(output)
            }
            Err(error) => {
                cx.release().await;
                Err(error)
            }
        }
    }
}
