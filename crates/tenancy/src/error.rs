//! What can go wrong between a request and a tenant's data.

use sea_orm::DbErr;

/// Why a tenant could not be reached or made.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// No organization by that name, or none that the caller is a member of.
    #[error("no such organization")]
    UnknownTenant,
    /// The organization exists and is suspended.
    #[error("the organization is suspended")]
    Suspended,
    /// Another organization has this slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// The database is not one that Outlay can work with; the text says how to mend it.
    #[error("{0}")]
    Unsuitable(String),
    /// The database could not be reached, or refused.
    #[error("the database failed")]
    Database(#[from] DbErr),
}

impl From<sqlx::Error> for TenancyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(query_error(error))
    }
}

/// A driver's error as the one that SeaORM reads constraints from.
pub(crate) fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(sea_orm::RuntimeErr::SqlxError(error.into()))
}
