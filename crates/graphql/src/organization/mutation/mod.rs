//! Mutations of organizations.

mod create;
mod update;

use async_graphql::MergedObject;

/// Mutations of organizations.
#[derive(MergedObject, Default)]
pub struct OrganizationMutation(
    create::OrganizationCreateMutation,
    update::OrganizationUpdateMutation,
);
