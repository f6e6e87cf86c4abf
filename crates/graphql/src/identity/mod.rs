//! Users and their sessions in the schema.

mod mutation;
mod query;
mod session;

use async_graphql::{Context, ID, Object, Result};
use outlay_domain::{entity::shared::user::Model, page::PageRequest};

use crate::{
    connection::Connection, context::ContextExt, error::problem, noun::Kind,
    organization::Organization, scalar::DateTime, select,
};

pub use mutation::IdentityMutation;
pub use query::IdentityQuery;
pub use session::Session;

/// A person who can sign in. A user may be a member of several organizations.
///
/// Invariant: created only for the authenticated user, or for one who has just signed in. Other users are visible only
/// as members.
#[derive(Clone)]
pub struct User(Model);

impl From<Model> for User {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

/// A person who can sign in. A user may be a member of several organizations.
#[Object]
impl User {
    /// Global id.
    async fn id(&self) -> ID {
        Kind::User.id(self.0.id)
    }

    /// E-mail address that the user signs in with.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Name shown to other users. An organization can show another name for its member.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The organizations that the user is a member of, ordered by name.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Returns the first *n* items (1 to 100). Mutually exclusive with `last`."
        )]
        first: Option<i32>,
        #[graphql(desc = "Returns items after this cursor. Used with `first`.")] after: Option<
            String,
        >,
        #[graphql(
            desc = "Returns the last *n* items (1 to 100). Mutually exclusive with `first`."
        )]
        last: Option<i32>,
        #[graphql(desc = "Returns items before this cursor. Used with `last`.")] before: Option<
            String,
        >,
    ) -> Result<Connection<Organization>> {
        let page = async {
            let request = PageRequest::parse(first, after, last, before)?;
            let fetch = select::of_list::<Organization>(ctx);
            let outlay = ctx.request().outlay();
            let organizations = outlay.organizations_of(self.0.id, &request, fetch.counted);
            ctx.request().read_shared(organizations).await
        };
        page.await
            .map(Connection::new)
            .map_err(|error| problem(&error))
    }

    /// Time of registration.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}
