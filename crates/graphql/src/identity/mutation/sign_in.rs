//! Mutations that register a user and open a session by password.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use outlay_domain::{
    IdempotencyKey,
    identity::{SignIn, SignUp},
    value::{Email, Name, Password, Slug},
};

use super::super::{Session, User};
use crate::{
    context::ContextExt,
    directive::{cost, credential},
    error::{Answer, UserError, credential_result, mutation_result},
};

/// A new user.
#[derive(InputObject)]
pub struct SignUpInput {
    /// E-mail address that the user signs in with, at most 254 characters. Unique among all users.
    email: String,
    /// The password, 10 to 200 characters.
    password: String,
    /// Name shown to other users, 1 to 200 characters.
    display_name: String,
    /// Makes a retry safe: a repeated request with the same key and the same password returns the same user, with a new
    /// session. 1 to 100 characters.
    idempotency_key: Option<String>,
}

impl SignUpInput {
    fn parse(&self) -> outlay_domain::Result<SignUp> {
        Ok(SignUp {
            email: Email::parse("email", &self.email)?,
            password: Password::parse("password", &self.password)?,
            display_name: Name::parse("displayName", &self.display_name)?,
        })
    }
}

/// The credentials of a user, and the organization to sign in to.
#[derive(InputObject)]
pub struct SignInInput {
    /// E-mail address of the user.
    email: String,
    /// Password of the user.
    password: String,
    /// Slug of the organization to bind the session to. When omitted, the default is the organization that the host or
    /// the header `X-Organization` of the request names, else the only organization of the user. The session of a user
    /// with several organizations is otherwise bound to none: use `switchOrganization`.
    organization: Option<String>,
}

impl SignInInput {
    fn parse(&self) -> outlay_domain::Result<SignIn> {
        let slug = self.organization.as_ref();
        Ok(SignIn {
            email: Email::parse("email", &self.email)?,
            password: Password::claimed(&self.password),
            organization: slug
                .map(|slug| Slug::parse("organization", slug))
                .transpose()?
                .map(Into::into),
        })
    }
}

/// Result of `signUp`.
#[derive(SimpleObject)]
pub struct SignUpPayload {
    /// The new user; `null` when there are errors.
    user: Option<User>,
    /// A session that is bound to no organization; `null` when there are errors.
    session: Option<Session>,
    /// Errors that the caller can fix; empty on success.
    errors: Vec<UserError>,
}

/// Result of `signIn`.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// The authenticated user; `null` when there are errors.
    user: Option<User>,
    /// The new session; `null` when there are errors.
    session: Option<Session>,
    /// Errors that the caller can fix; empty on success. `UNAUTHENTICATED`: the e-mail address or the password is wrong.
    errors: Vec<UserError>,
}

/// Mutations that require no access token.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Registers a user and opens a session. Requires no access token.
    #[graphql(directive = cost::apply("50".to_owned()), directive = credential::apply())]
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: SignUpInput,
    ) -> Answer<SignUpPayload> {
        let done = async {
            let new = input.parse()?;
            let key = IdempotencyKey::parse_optional(input.idempotency_key.as_deref())?;
            ctx.request().release().await;
            let request = ctx.request();
            let made = request
                .outlay()
                .sign_up(new, key.as_ref(), request.network());
            made.await
        };
        mutation_result(done.await, |done, errors| {
            let (user, session) = done.unzip();
            SignUpPayload {
                user: user.map(Into::into),
                session: session.map(Into::into),
                errors,
            }
        })
    }

    /// Opens a session with an e-mail address and a password. Requires no access token. Repeated wrong passwords delay
    /// further attempts, with the error `RATE_LIMITED`.
    #[graphql(directive = cost::apply("50".to_owned()), directive = credential::apply())]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The input of this mutation.")] input: SignInInput,
    ) -> Answer<SignInPayload> {
        let done = async {
            let attempt = input.parse()?;
            ctx.request().release().await;
            ctx.request()
                .outlay()
                .sign_in(attempt, ctx.request().host(), ctx.request().network())
                .await
        };
        credential_result(done.await, |done, errors| {
            let (user, session) = done.unzip();
            SignInPayload {
                user: user.map(Into::into),
                session: session.map(Into::into),
                errors,
            }
        })
    }
}
