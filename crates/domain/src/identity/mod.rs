//! Identities: users, passwords, sessions and access tokens.

mod attempt;
mod eddsa;
mod keys;
mod password;
mod session;
mod user;

pub use keys::{Claims, SigningKeys};
pub use session::{Caller, SessionTokens, SignIn};
pub use user::SignUp;

use crate::noun::Unique;

/// The unique constraints of the identity tables.
pub(crate) const UNIQUE: &[Unique] = &[Unique {
    constraint: "user_email_key",
    field: Some("email"),
    message: "An account with this address already exists; sign in instead.",
}];

pub(crate) use attempt::Attempts;
pub(crate) use password::PasswordHasher;
pub(crate) use user::{create_user, find_user_by_email};
