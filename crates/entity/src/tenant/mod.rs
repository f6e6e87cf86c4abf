//! Tables of one organization's own schema, named by the placeholder `{tenant}`.

pub mod account;
pub mod audit_event;
pub mod budget;
pub mod category;
pub mod department;
pub mod expense;
pub mod expense_comment;
pub mod idempotency_key;
pub mod import;
pub mod invitation;
pub mod member;
pub mod settings;
pub mod spending;

mod status;

use crate::Id;

/// Primary key of [`account`].
pub type AccountId = Id<account::Entity>;
/// Primary key of [`budget`].
pub type BudgetId = Id<budget::Entity>;
/// Primary key of [`category`].
pub type CategoryId = Id<category::Entity>;
/// Primary key of [`department`].
pub type DepartmentId = Id<department::Entity>;
/// Primary key of [`expense`].
pub type ExpenseId = Id<expense::Entity>;
/// Primary key of [`expense_comment`].
pub type ExpenseCommentId = Id<expense_comment::Entity>;
/// Primary key of [`import`].
pub type ImportId = Id<import::Entity>;
/// Primary key of [`invitation`].
pub type InvitationId = Id<invitation::Entity>;
/// Primary key of [`member`].
pub type MemberId = Id<member::Entity>;

pub use status::{ExpenseStatus, ImportStatus, InvitationStatus, MemberStatus, Role, RuleAction};
