//! The tokens of a session.

use async_graphql::SimpleObject;
use outlay_domain::identity::SessionTokens;

use crate::scalar::DateTime;

/// The tokens of a session. Refreshing keeps the session open until it expires or is ended.
#[derive(SimpleObject)]
pub struct Session {
    /// Access token for the header `Authorization: Bearer`, valid until `expiresAt`.
    access_token: String,
    /// Refresh token for one call of `refreshSession`, which returns new tokens. A second use ends the session.
    refresh_token: String,
    /// Expiry of the access token.
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
