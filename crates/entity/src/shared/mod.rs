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

/// Whether an organization may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Text",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum OrganizationStatus {
    /// In use.
    Active,
    /// Set aside by the operator: its members are refused until it is resumed.
    Suspended,
}
