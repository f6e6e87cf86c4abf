//! Everything that a use case can answer instead of a result.

use std::time::Duration;

use outlay_tenancy::TenancyError;
use sea_orm::{DbErr, SqlErr};

/// Why a use case was not done. `Display` is for the person or program that asked; causes are for the log.
#[derive(Debug, thiserror::Error)]
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
        field: Option<&'static str>,
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
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
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
            Self::NotFound { field, .. }
            | Self::Conflict { field, .. }
            | Self::LimitExceeded { field, .. } => *field,
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
    pub fn not_found(noun: &'static str, field: &'static str) -> Self {
        Self::NotFound {
            noun,
            field: Some(field),
        }
    }

    /// Our fault.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The constraint that the database refused by, when that is what happened.
    #[must_use]
    pub fn constraint(error: &DbErr) -> Option<String> {
        match error {
            DbErr::Exec(sea_orm::RuntimeErr::SqlxError(cause))
            | DbErr::Query(sea_orm::RuntimeErr::SqlxError(cause)) => {
                cause.as_database_error()?.constraint().map(str::to_owned)
            }
            _ => None,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let constraint = Self::constraint(&error);
        match (error.sql_err(), constraint.as_deref()) {
            (Some(SqlErr::UniqueConstraintViolation(_)), Some(name)) => taken(name, error),
            (Some(SqlErr::ForeignKeyConstraintViolation(_)), Some(name)) => dangling(name, error),
            _ => Self::internal(error),
        }
    }
}

/// The one place that turns a unique constraint into a conflict.
fn taken(constraint: &str, error: DbErr) -> Error {
    match constraint {
        "department_name_key" => {
            Error::conflict("name", "A department of this name is there already.")
        }
        "category_name_key" => Error::conflict("name", "A category of this name is there already."),
        "account_name_key" => Error::conflict("name", "An account of this name is there already."),
        "budget_period_key" => Error::conflict(
            "month",
            "The department has a budget for this month and category already; change that one.",
        ),
        "member_employee_id_key" => {
            Error::conflict("employeeId", "Another member has this employee id.")
        }
        "member_user_id_key" => Error::conflict(None, "This user is a member already."),
        "invitation_pending_email_key" => Error::conflict(
            "email",
            "This address has an invitation already; revoke it to invite anew.",
        ),
        "import_file_key" => Error::conflict(
            "file",
            "This file was imported before; set allowRepeat if its payments are to be there twice.",
        ),
        "user_email_key" => Error::conflict(
            "email",
            "There is an account of this address already; sign in instead.",
        ),
        "organization_slug_key" => Error::conflict("slug", "Another organization has this slug."),
        _ => Error::internal(error),
    }
}

/// The one place that turns a foreign key into a missing thing, or into one that is still in use.
fn dangling(constraint: &str, error: DbErr) -> Error {
    let deleting = error.to_string().contains("update or delete on table");
    match constraint {
        _ if deleting => Error::conflict(
            "id",
            "It is in use: move what refers to it first, then delete it.",
        ),
        "expense_department_id_fkey"
        | "budget_department_id_fkey"
        | "member_department_id_fkey"
        | "invitation_department_id_fkey" => Error::not_found("department", "departmentId"),
        "department_parent_id_fkey" => Error::not_found("department", "parentId"),
        "department_head_id_fkey" => Error::not_found("member", "headId"),
        "expense_category_id_fkey" | "budget_category_id_fkey" => {
            Error::not_found("category", "categoryId")
        }
        "expense_budget_id_fkey" => Error::not_found("budget", "budgetId"),
        "budget_account_id_fkey" => Error::not_found("account", "accountId"),
        "member_manager_id_fkey" => Error::not_found("member", "managerId"),
        "expense_member_id_fkey" => Error::not_found("member", "memberId"),
        _ => Error::internal(error),
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
