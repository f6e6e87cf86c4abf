//! Errors of opening, finding and creating tenants.

use sea_orm::DbErr;

/// The reason why a tenant could not be reached or created.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// The organization does not exist, or the caller is not a member of it.
    #[error("no such organization")]
    UnknownTenant,
    /// The organization exists and is suspended.
    #[error("the organization is suspended")]
    Suspended,
    /// Another organization has this slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// Outlay cannot work with this database. The message names the fix.
    #[error("{0}")]
    Unsuitable(String),
    /// The database could not be reached, or a statement failed.
    #[error("database error")]
    Database(#[from] DbErr),
}

impl From<sqlx::Error> for TenancyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(query_error(error))
    }
}

/// Converts a driver error into the variant that SeaORM reads constraint violations from.
pub(crate) fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(sea_orm::RuntimeErr::SqlxError(error.into()))
}
