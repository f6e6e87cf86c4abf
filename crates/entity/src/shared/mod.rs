//! Tables of the schema `outlay`, which all organizations share.

pub mod domain;
pub mod idempotency_key;
pub mod membership;
pub mod organization;
pub mod refresh_token;
pub mod session;
pub mod signing_key;
pub mod user;

use sea_orm::entity::prelude::*;

use crate::{Id, word::words};

/// Primary key of [`organization`].
pub type OrganizationId = Id<organization::Entity>;

words! {
    /// Whether an organization may be used.
    OrganizationStatus {
        /// In use.
        Active,
        /// Suspended by the operator: its members are rejected until it is resumed.
        Suspended,
    }
}
