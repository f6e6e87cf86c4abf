//! Password hashes: Argon2id with the parameters that OWASP recommends (19 MiB, 2 passes).

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{Error, Result, value::Password};

/// Hashes and verifies off the async threads, no more at once than there are processors: each takes 19 MiB.
pub(crate) struct PasswordHasher {
    permits: Semaphore,
}

impl PasswordHasher {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            permits: Semaphore::new(processors),
        }
    }

    /// The password as a PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.clone();
        self.work(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string())
                .map_err(|error| Error::internal(error.to_string()))
        })
        .await?
    }

    /// Whether the password is that of `hash`. Without a hash it takes the same time and says no, so that nobody can
    /// tell by the time whether an account exists.
    pub(crate) async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
        let password = password.clone();
        let hash = hash.map(str::to_owned);
        self.work(move || {
            let Some(hash) = hash else {
                let salt = [0; 16];
                let _ = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
                return Ok(false);
            };
            let hash =
                PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            Ok(Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok())
        })
        .await?
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}
