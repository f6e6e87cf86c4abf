//! The error type of all use cases.

use std::{borrow::Cow, sync::Arc, time::Duration};

use outlay_tenancy::TenancyError;
use sea_orm::{DbErr, RuntimeErr};

use crate::noun;

/// The reason why a use case failed. `Display` is for the caller; causes are only logged.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no session, or the credentials are wrong or have expired.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller's role does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// The object does not exist, or the caller is not allowed to see it.
    #[error("There is no such {noun}.")]
    NotFound {
        /// The kind of object, such as `expense`.
        noun: &'static str,
        /// The input field that identifies the object.
        field: Option<Cow<'static, str>>,
    },
    /// The request conflicts with the current state.
    #[error("{message}")]
    Conflict {
        /// The input field that caused the conflict.
        field: Option<&'static str>,
        /// Describes the conflict and how to resolve it.
        message: String,
    },
    /// The input is invalid.
    #[error("{message}")]
    Invalid {
        /// The input field, as a path such as `amount.currencyCode`.
        field: String,
        /// Describes the problem and the valid values.
        message: String,
    },
    /// The session is not bound to an organization.
    #[error("This session is not bound to an organization: sign in to one, or switch to one.")]
    TenantRequired,
    /// Token, host and header name different organizations.
    #[error("The token, the host and the X-Organization header do not name the same organization.")]
    TenantMismatch,
    /// The organization is suspended.
    #[error("This organization is suspended.")]
    TenantSuspended,
    /// A limit was exceeded.
    #[error("{message}")]
    LimitExceeded {
        /// The input field that exceeds the limit.
        field: Option<&'static str>,
        /// Names the limit and the excess.
        message: String,
    },
    /// Too many attempts, or too much load at this time.
    #[error("{message}")]
    RateLimited {
        /// Describes the limited resource.
        message: &'static str,
        /// The delay after which the same request may succeed.
        retry_after: Duration,
    },
    /// A server error. The cause is only logged.
    #[error("An internal error occurred.")]
    Internal(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

/// The code of an [`Error`], as clients see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Authentication is required.
    Unauthenticated,
    /// The role does not allow it.
    Forbidden,
    /// The object does not exist, or the caller is not allowed to see it.
    NotFound,
    /// The version is stale, the name is taken, or the decision was already made.
    Conflict,
    /// An input field is invalid.
    Invalid,
    /// The session is not bound to an organization.
    TenantRequired,
    /// Token, host and header name different organizations.
    TenantMismatch,
    /// The organization is suspended.
    TenantSuspended,
    /// Too many requests.
    RateLimited,
    /// A limit of the organization or of the server was exceeded.
    LimitExceeded,
    /// There is no persisted document with this hash.
    PersistedQueryNotFound,
    /// A server error.
    Internal,
}

impl ErrorCode {
    /// The code in `SCREAMING_CASE`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Invalid => "INVALID",
            Self::TenantRequired => "TENANT_REQUIRED",
            Self::TenantMismatch => "TENANT_MISMATCH",
            Self::TenantSuspended => "TENANT_SUSPENDED",
            Self::RateLimited => "RATE_LIMITED",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Internal => "INTERNAL",
        }
    }
}

impl Error {
    /// The code for clients.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated(_) => ErrorCode::Unauthenticated,
            Self::Forbidden(_) => ErrorCode::Forbidden,
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::Conflict { .. } => ErrorCode::Conflict,
            Self::Invalid { .. } => ErrorCode::Invalid,
            Self::TenantRequired => ErrorCode::TenantRequired,
            Self::TenantMismatch => ErrorCode::TenantMismatch,
            Self::TenantSuspended => ErrorCode::TenantSuspended,
            Self::LimitExceeded { .. } => ErrorCode::LimitExceeded,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The delay after which the same request may succeed, if it depends on time.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// The input field that caused the error.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::NotFound { field, .. } => field.as_deref(),
            Self::Conflict { field, .. } | Self::LimitExceeded { field, .. } => *field,
            Self::Invalid { field, .. } => Some(field),
            Self::Unauthenticated(_)
            | Self::Forbidden(_)
            | Self::TenantRequired
            | Self::TenantMismatch
            | Self::TenantSuspended
            | Self::RateLimited { .. }
            | Self::Internal(_) => None,
        }
    }

    /// Creates an error for an invalid input field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            message: message.into(),
        }
    }

    /// Creates an error for a conflict with the current state.
    pub fn conflict(field: impl Into<Option<&'static str>>, message: impl Into<String>) -> Self {
        Self::Conflict {
            field: field.into(),
            message: message.into(),
        }
    }

    /// Creates an error for an object that does not exist. `field` is the input field that identifies it.
    #[must_use]
    pub fn not_found(noun: &'static str, field: impl Into<Cow<'static, str>>) -> Self {
        Self::NotFound {
            noun,
            field: Some(field.into()),
        }
    }

    /// Creates a server error.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into().into())
    }

    /// Converts a foreign key violation of a deletion: other rows reference the row.
    pub(crate) fn in_use(noun: &'static str, error: DbErr) -> Self {
        match Violation::from_error(&error) {
            Some(Violation {
                code: FOREIGN_KEY,
                table,
                ..
            }) => Self::conflict(
                "id",
                format!("The {noun} is in use by at least one {table}: change that first."),
            ),
            _ => error.into(),
        }
    }
}

/// SQLSTATE of a violated unique constraint or index.
const UNIQUE: &str = "23505";
/// SQLSTATE of a violated foreign key.
const FOREIGN_KEY: &str = "23503";

/// A constraint violation of a statement.
struct Violation<'a> {
    /// SQLSTATE.
    code: &'a str,
    constraint: &'a str,
    /// The table of the constraint.
    table: &'a str,
}

impl<'a> Violation<'a> {
    fn from_error(error: &'a DbErr) -> Option<Self> {
        let (DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
        else {
            return None;
        };
        let error = cause.as_database_error()?;
        let error = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
        Some(Self {
            code: error.code(),
            constraint: error.constraint()?,
            table: error.table()?,
        })
    }

    /// The error for the caller; `None` for a constraint that the caller cannot satisfy.
    fn explain(&self) -> Option<Error> {
        match self.code {
            UNIQUE => noun::taken(self.constraint),
            FOREIGN_KEY => noun::dangling(self.table, self.constraint),
            _ => None,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let explained = Violation::from_error(&error).and_then(|violation| violation.explain());
        explained.unwrap_or_else(|| Self::internal(error))
    }
}

impl From<TenancyError> for Error {
    fn from(error: TenancyError) -> Self {
        match error {
            TenancyError::UnknownTenant => Self::NotFound {
                noun: "organization",
                field: None,
            },
            TenancyError::Suspended => Self::TenantSuspended,
            TenancyError::SlugTaken => {
                Self::conflict("slug", "Another organization has this slug.")
            }
            TenancyError::Unsuitable(message) => Self::internal(message),
            TenancyError::Database(error) => error.into(),
        }
    }
}
