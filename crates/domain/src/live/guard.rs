//! Ends a subscription when the caller loses the access that it began with.

use std::{future::pending, sync::Arc, time::Duration};

use outlay_tenancy::{TenancyError, TenantAccess, Topic};
use tokio::sync::watch;

use crate::{Error, Outlay, Result, identity::Caller};

/// Interval between attempts to read the directory after a failure.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// Watches the session and the membership of a subscriber.
///
/// Invariant: no event is delivered after either has changed, even if the new role would allow it. The events before
/// and after the change would belong to two different views, and the client could not tell.
pub(super) struct Guard {
    outlay: Arc<Outlay>,
    caller: Caller,
    access: TenantAccess,
    session: watch::Receiver<Arc<str>>,
    directory: watch::Receiver<Arc<str>>,
    /// A change was signalled and not verified yet. Kept, because the wait can be cancelled during the verification.
    is_stale: bool,
}

impl Guard {
    /// Starts to watch. Verifies the access first, since it may have changed after the request was authenticated.
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

    /// Checks that the session and the membership have not changed.
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

    /// Waits until the access has ended; returns the reason.
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

    /// Checks that the session and the membership have not changed. Retries until the directory can be read.
    pub(super) async fn verify(&self) -> Result<()> {
        loop {
            match self.check().await {
                // The events could not be read at this time either.
                Err(Error::Internal(cause)) => {
                    tracing::warn!(?cause, "cannot verify a subscriber; retrying");
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
