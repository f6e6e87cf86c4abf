//! Mutations that register users and manage sessions.

mod session;
mod sign_in;

use async_graphql::MergedObject;

/// Mutations of users and sessions.
#[derive(MergedObject, Default)]
pub struct IdentityMutation(sign_in::SignInMutation, session::SessionMutation);
