//! Password hashes: Argon2id. Of the parameters that OWASP's password storage cheat sheet holds to be equally strong,
//! those that take little memory: 9 MiB and 4 passes.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{Error, Result, value::Password};

/// Memory of one hash, in KiB.
const MEMORY: u32 = 9 * 1024;
/// Passes over it.
const PASSES: u32 = 4;

/// Hashes and verifies off the async threads, no more at once than there are processors: each takes its memory.
pub(crate) struct PasswordHasher {
    argon2: Argon2<'static>,
    permits: Semaphore,
}

impl PasswordHasher {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let params = Params::new(MEMORY, PASSES, 1, None).expect("parameters within the bounds");
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Semaphore::new(processors),
        }
    }

    /// The password as a PHC string with a salt of its own.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.work(move || {
            let hash = argon2.hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string())
                .map_err(|error| Error::internal(error.to_string()))
        })
        .await?
    }

    /// Whether the password is that of `hash`. Without a hash it takes the same time and says no, so that nobody can
    /// tell by the time whether an account exists.
    pub(crate) async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
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
        let _permit = self.permits.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}
