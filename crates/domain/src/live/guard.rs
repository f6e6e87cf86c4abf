//! Whether a subscriber may still be told anything.

use std::{future::pending, sync::Arc, time::Duration};

use outlay_tenancy::{TenancyError, TenantAccess, Topic};
use tokio::sync::watch;

use crate::{Error, Outlay, Result, identity::Caller};

/// How long to wait before a directory that could not be read is asked again.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// Watches the session and the membership that a subscription began with.
///
/// Invariant: nothing is told once either is not what it was, though the role may allow as much: what was told before
/// and what is told from then on would be two different views, and the client would not know.
pub(super) struct Guard {
    outlay: Arc<Outlay>,
    caller: Caller,
    access: TenantAccess,
    session: watch::Receiver<Arc<str>>,
    directory: watch::Receiver<Arc<str>>,
    /// Something has changed and was not looked at: a wait may be given up while it looks.
    is_stale: bool,
}

impl Guard {
    /// Watches from now on. The access may have been verified some time before, so it is looked at first.
    pub(super) async fn new(
        outlay: Arc<Outlay>,
        caller: Caller,
        access: TenantAccess,
    ) -> Result<Self> {
        let signals = outlay.tenancy().signals();
        let guard = Self {
            session: signals.subscribe(Topic::Session(caller.session_id)),
            directory: signals.subscribe(Topic::Directory(access.tenant().id())),
            outlay: outlay.clone(),
            caller,
            access,
            is_stale: false,
        };
        guard.check().await?;
        Ok(guard)
    }

    pub(super) fn access(&self) -> &TenantAccess {
        &self.access
    }

    /// Whether all is as it was.
    async fn check(&self) -> Result<()> {
        self.outlay.check_session(&self.caller)?;
        let (tenant, member) = (self.access.tenant(), self.access.member());
        let directory = self.outlay.tenancy().directory();
        match directory.access(tenant.id(), member.user_id).await {
            Ok(access) if access.member() == member => Ok(()),
            Ok(_) => Err(Error::Forbidden(
                "Your role or department has changed: subscribe again.".into(),
            )),
            Err(TenancyError::UnknownTenant) => Err(Error::Unauthenticated(
                "You are no longer a member of this organization: sign in again.",
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Why it has ended, once it has.
    pub(super) async fn ended(&mut self) -> Error {
        loop {
            if !self.is_stale {
                let lifetime = self.caller.expires_at - self.outlay.now();
                let expiry = tokio::time::sleep(lifetime.to_std().unwrap_or_default());
                tokio::select! {
                    () = changed(&mut self.session) => {}
                    () = changed(&mut self.directory) => {}
                    () = expiry => {}
                }
                self.is_stale = true;
            }
            if let Err(ended) = self.verify().await {
                return ended;
            }
            self.is_stale = false;
        }
    }

    /// Whether all is as it was; waits until that can be known.
    pub(super) async fn verify(&self) -> Result<()> {
        loop {
            match self.check().await {
                // Nothing can be read now either.
                Err(Error::Internal(cause)) => {
                    tracing::warn!(?cause, "a subscriber cannot be verified yet");
                    tokio::time::sleep(RETRY_INTERVAL).await;
                }
                verified => return verified,
            }
        }
    }
}

async fn changed(signal: &mut watch::Receiver<Arc<str>>) {
    if signal.changed().await.is_err() {
        // The senders live as long as the process.
        pending::<()>().await;
    }
}
