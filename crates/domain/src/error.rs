//! Everything that a use case can answer instead of a result.

use std::{borrow::Cow, sync::Arc, time::Duration};

use outlay_tenancy::TenancyError;
use sea_orm::{DbErr, RuntimeErr};

use crate::noun;

/// Why a use case was not done. `Display` is for the person or program that asked; causes are for the log.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the credentials are wrong or have ended.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller's role does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// No such thing, or none that the caller may know of.
    #[error("There is no such {noun}.")]
    NotFound {
        /// What was looked for, such as `expense`.
        noun: &'static str,
        /// The field of the input that named it.
        field: Option<Cow<'static, str>>,
    },
    /// Something else happened first.
    #[error("{message}")]
    Conflict {
        /// The field of the input that it is about.
        field: Option<&'static str>,
        /// What happened, and the way out.
        message: String,
    },
    /// The input cannot be right.
    #[error("{message}")]
    Invalid {
        /// The field of the input, as a path such as `amount.currencyCode`.
        field: String,
        /// What is wrong with it, and what would be right.
        message: String,
    },
    /// The session is bound to no organization.
    #[error("This session is not bound to an organization: sign in to one, or switch to one.")]
    TenantRequired,
    /// Token, host and header name different organizations.
    #[error("The token, the host and the X-Organization header do not name the same organization.")]
    TenantMismatch,
    /// The organization is set aside.
    #[error("This organization is suspended.")]
    TenantSuspended,
    /// A limit stands in the way.
    #[error("{message}")]
    LimitExceeded {
        /// The field of the input that exceeds it.
        field: Option<&'static str>,
        /// The limit, and by how much.
        message: String,
    },
    /// Too many attempts, or too much work at this moment.
    #[error("{message}")]
    RateLimited {
        /// What there is too much of.
        message: &'static str,
        /// When the same request may succeed.
        retry_after: Duration,
    },
    /// Not the caller's doing; the cause is for the log.
    #[error("Something failed on our side.")]
    Internal(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

/// The code of an [`Error`], as clients see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Sign in (again).
    Unauthenticated,
    /// The role does not allow it.
    Forbidden,
    /// No such thing, or none that the caller may know of.
    NotFound,
    /// A stale version, a name that is taken, a decision already made.
    Conflict,
    /// A field of the input is wrong.
    Invalid,
    /// The session is bound to no organization.
    TenantRequired,
    /// Token, host and header disagree.
    TenantMismatch,
    /// The organization is suspended.
    TenantSuspended,
    /// Too many requests.
    RateLimited,
    /// A limit of the organization or of the server.
    LimitExceeded,
    /// No document of this hash is known.
    PersistedQueryNotFound,
    /// Our fault.
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

    /// When the same request may succeed, where that is a matter of time.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// The field of the input that it is about.
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

    /// A field that cannot be right.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            message: message.into(),
        }
    }

    /// Something else happened first.
    pub fn conflict(field: impl Into<Option<&'static str>>, message: impl Into<String>) -> Self {
        Self::Conflict {
            field: field.into(),
            message: message.into(),
        }
    }

    /// No such thing, named by this field of the input.
    #[must_use]
    pub fn not_found(noun: &'static str, field: impl Into<Cow<'static, str>>) -> Self {
        Self::NotFound {
            noun,
            field: Some(field.into()),
        }
    }

    /// Our fault.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into().into())
    }

    /// A row cannot be deleted: a foreign key violation says that others refer to it.
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

/// A constraint that a statement violates.
struct Violation<'a> {
    /// SQLSTATE.
    code: &'a str,
    constraint: &'a str,
    /// The table that has the constraint.
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

    /// What the caller can do about it.
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
