//! Signing up and in.

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
    error::{Answer, UserError, answer, answer_sign_in},
};

/// A new user.
#[derive(InputObject)]
pub struct SignUpInput {
    /// The e-mail address to sign in with; one account an address.
    email: String,
    /// The password, 10 to 200 characters.
    password: String,
    /// The name that others will see, 1 to 200 characters.
    display_name: String,
    /// Makes a repeated request safe: the same key, with the same password, gives the same user again, with a new
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

/// Who wants to sign in, and where.
#[derive(InputObject)]
pub struct SignInInput {
    /// The e-mail address.
    email: String,
    /// The password.
    password: String,
    /// Slug of the organization to bind the session to. Left out, it is the one whose host is called, else the
    /// user's only one; with several, the session is bound to none.
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

/// What became of `signUp`.
#[derive(SimpleObject)]
pub struct SignUpPayload {
    /// The new user; null when there are errors.
    user: Option<User>,
    /// A session bound to no organization; null when there are errors.
    session: Option<Session>,
    /// What to mend in the input; empty when it was done.
    errors: Vec<UserError>,
}

/// What became of `signIn`.
#[derive(SimpleObject)]
pub struct SignInPayload {
    /// The user; null when there are errors.
    user: Option<User>,
    /// The session; null when there are errors.
    session: Option<Session>,
    /// What to mend in the input; empty when it was done. UNAUTHENTICATED: address or password is wrong.
    errors: Vec<UserError>,
}

/// Mutations that need no access token.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Makes a user, signed in. Needs no access token.
    #[graphql(directive = cost::apply("50".to_owned()), directive = credential::apply())]
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new user.")] input: SignUpInput,
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
        answer(done.await, |done, errors| {
            let (user, session) = done.unzip();
            SignUpPayload {
                user: user.map(Into::into),
                session: session.map(Into::into),
                errors,
            }
        })
    }

    /// Opens a session by e-mail address and password. Needs no access token.
    #[graphql(directive = cost::apply("50".to_owned()), directive = credential::apply())]
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: SignInInput,
    ) -> Answer<SignInPayload> {
        let done = async {
            let attempt = input.parse()?;
            ctx.request().release().await;
            ctx.request()
                .outlay()
                .sign_in(attempt, ctx.request().host(), ctx.request().network())
                .await
        };
        answer_sign_in(done.await, |done, errors| {
            let (user, session) = done.unzip();
            SignInPayload {
                user: user.map(Into::into),
                session: session.map(Into::into),
                errors,
            }
        })
    }
}
