//! Password hashing with Argon2id. The parameters are those of OWASP's password storage cheat sheet with little memory:
//! 9 MiB and 4 passes. The cheat sheet rates its parameter sets as equally strong.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::attempt::Outcome;
use crate::{Error, Outlay, Result, value::Password};

/// Memory of one hash, in KiB.
const MEMORY: u32 = 9 * 1024;
/// Number of passes over the memory.
const PASSES: u32 = 4;

/// Maximum number of queued hashes for each processor: about two seconds of work.
const QUEUE_PER_PROCESSOR: usize = 64;

/// The retry delay when the queue is full.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Hashes and verifies passwords on blocking threads, at most as many at a time as there are processors, since each
/// hash needs its memory.
///
/// Invariant: the queue is bounded, and requests beyond it are rejected immediately.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    /// Permits of running hashes.
    running: Arc<Semaphore>,
    /// Permits of running and queued hashes.
    admitted: Arc<Semaphore>,
}

impl PasswordHasher {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::with_limits(processors, processors * QUEUE_PER_PROCESSOR)
    }

    fn with_limits(running: usize, waiting: usize) -> Self {
        let params = Params::new(MEMORY, PASSES, 1, None).expect("parameters within the bounds");
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            running: Arc::new(Semaphore::new(running)),
            admitted: Arc::new(Semaphore::new(running + waiting)),
        }
    }

    /// Hashes the password with a random salt, as a PHC string.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.work(move || {
            let hash = argon2.hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string())
                .map_err(|error| Error::internal(error.to_string()))
        })
        .await?
    }

    /// Whether the password matches `hash`. Without a hash it takes the same time and returns `false`, so that the
    /// response time does not reveal whether an account exists.
    async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let hash = hash.map(str::to_owned);
        self.work(move || {
            let Some(hash) = hash else {
                let salt = [0; 16];
                let _ = argon2.hash_password_with_salt(password.as_bytes(), &salt);
                return Ok(false);
            };
            let hash =
                PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await?
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let full = |_| Error::RateLimited {
            message: "Too many sign-ins at this time: try again in a few seconds.",
            retry_after: RETRY_AFTER,
        };
        let admitted = self.admitted.clone().try_acquire_owned().map_err(full)?;
        let running = self.running.clone().acquire_owned().await;
        let permits = (admitted, running.map_err(Error::internal)?);
        tokio::task::spawn_blocking(move || {
            let done = work();
            // The work goes on when the caller is cancelled, so it keeps its permits.
            drop(permits);
            done
        })
        .await
        .map_err(Error::internal)
    }
}

impl Outlay {
    /// Whether the password is that of the account of an e-mail address. `hash` is `None` if there is no such account.
    ///
    /// Invariant: passwords of accounts are verified only here, after the check of recent failures.
    ///
    /// # Errors
    /// `RateLimited` after too many failures, or when too many passwords are being verified.
    pub(crate) async fn check_password(
        &self,
        email: &str,
        network: Option<IpAddr>,
        password: &Password,
        hash: Option<&str>,
    ) -> Result<bool> {
        self.attempts().begin(email, network, Instant::now())?;
        let checked = self.passwords().verify(password, hash).await;
        match checked {
            Ok(true) => self.attempts().end(email, network, Outcome::Correct),
            Ok(false) => {}
            Err(_) => self.attempts().end(email, network, Outcome::Unchecked),
        }
        checked
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::PasswordHasher;
    use crate::{Error, value::Password};

    #[tokio::test]
    async fn hashes_beyond_the_queue_are_rejected_with_a_retry_delay() {
        let hasher = PasswordHasher::with_limits(1, 2);
        let password = Password::claimed("correct horse battery");
        let all = join_all((0..10).map(|_| hasher.verify(&password, None))).await;
        let full = all.iter().filter(|done| {
            matches!(done, Err(Error::RateLimited { retry_after, .. }) if !retry_after.is_zero())
        });
        assert_eq!(full.count(), 7);
        assert_eq!(all.iter().filter(|done| done.is_ok()).count(), 3);
        assert!(
            hasher.verify(&password, None).await.is_ok(),
            "there is room again"
        );
    }
}
