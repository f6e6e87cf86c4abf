//! Tables of one organization's own schema, named by the placeholder `{tenant}`.

pub mod account;
pub mod audit_event;
pub mod budget;
pub mod category;
pub mod department;
pub mod expense;
pub mod idempotency_key;
pub mod import;
pub mod invitation;
pub mod member;
pub mod settings;

mod status;

pub use status::{ExpenseStatus, ImportStatus, InvitationStatus, MemberStatus, Role, RuleAction};
