//! Sessions, as a client keeps them.

use async_graphql::SimpleObject;
use outlay_domain::identity::SessionTokens;

use crate::scalar::DateTime;

/// What a client keeps of a sign-in.
#[derive(SimpleObject)]
pub struct Session {
    /// Goes into the header `Authorization: Bearer`, until `expiresAt`.
    access_token: String,
    /// Good for one new pair of tokens by `refreshSession`. One that comes a second time ends the session.
    refresh_token: String,
    /// When the access token ends.
    expires_at: DateTime,
}

impl From<SessionTokens> for Session {
    fn from(tokens: SessionTokens) -> Self {
        let SessionTokens {
            access_token,
            refresh_token,
            expires_at,
        } = tokens;
        Self {
            access_token,
            refresh_token,
            expires_at: DateTime(expires_at),
        }
    }
}
