//! The calls of the example. Each struct is a selection of fields of a type. cynic generates the document from it, and
//! a field that is not in the schema is a compile error.

use chrono::NaiveDate;
use cynic::{Enum, Id, InputObject, QueryFragment, QueryVariables, Scalar};
use rust_decimal::Decimal;

/// The types of the schema.
#[cynic::schema("outlay")]
pub mod schema {}

cynic::impl_scalar!(Decimal, schema::Decimal);
cynic::impl_scalar!(NaiveDate, schema::Date);

#[derive(Scalar, Debug, Clone, PartialEq, Eq)]
pub struct CurrencyCode(pub String);

/// A file. Its value in the variables is null; the content is another part of the multipart request.
#[derive(Scalar, Debug, Clone)]
pub struct Upload(pub ());

#[derive(Enum, Debug, Clone, PartialEq, Eq)]
pub enum ErrorCode {
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Invalid,
    TenantRequired,
    TenantMismatch,
    TenantSuspended,
    RateLimited,
    LimitExceeded,
    PersistedQueryNotFound,
    Internal,
    /// A code that did not exist yet when this was compiled.
    #[cynic(fallback)]
    Other(String),
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseStatus {
    Draft,
    Submitted,
    Approved,
    Rejected,
    Reimbursed,
    Voided,
    /// A status that did not exist yet when this was compiled.
    #[cynic(fallback)]
    Other,
}

/// An error that a user can correct.
#[derive(QueryFragment, Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    pub code: ErrorCode,
    pub field: Option<String>,
    pub message: String,
}

#[derive(QueryFragment, Debug, Clone, PartialEq, Eq)]
pub struct Money {
    pub amount: Decimal,
    pub currency_code: CurrencyCode,
}

#[derive(InputObject, Debug, Clone)]
pub struct MoneyInput {
    pub amount: Decimal,
    pub currency_code: CurrencyCode,
}

// signIn

#[derive(InputObject, Debug, Clone)]
pub struct SignInInput {
    pub email: String,
    pub password: String,
    pub organization: Option<String>,
}

#[derive(QueryVariables, Debug)]
pub struct SignInVariables {
    pub input: SignInInput,
}

#[derive(QueryFragment, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SignInVariables")]
pub struct SignIn {
    #[arguments(input: $input)]
    pub sign_in: Option<SignInPayload>,
}

#[derive(QueryFragment, Debug)]
pub struct SignInPayload {
    pub session: Option<Session>,
    pub errors: Vec<UserError>,
}

#[derive(QueryFragment, Debug)]
pub struct Session {
    pub access_token: String,
    pub refresh_token: String,
}

// expenses

/// The conditions used by the example; the schema has more.
#[derive(InputObject, Debug, Clone)]
pub struct ExpenseFilter {
    pub status: Option<ExpenseStatusFilter>,
}

#[derive(InputObject, Debug, Clone)]
pub struct ExpenseStatusFilter {
    #[cynic(rename = "in")]
    pub any_of: Vec<ExpenseStatus>,
}

#[derive(QueryVariables, Debug, Clone)]
pub struct ExpensesVariables {
    pub first: i32,
    pub after: Option<String>,
    pub filter: Option<ExpenseFilter>,
}

#[derive(QueryFragment, Debug)]
#[cynic(graphql_type = "Query", variables = "ExpensesVariables")]
pub struct Expenses {
    #[arguments(first: $first, after: $after, filter: $filter)]
    pub expenses: Option<ExpenseConnection>,
}

#[derive(QueryFragment, Debug)]
pub struct ExpenseConnection {
    pub nodes: Vec<Expense>,
    pub page_info: PageInfo,
}

#[derive(QueryFragment, Debug)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(QueryFragment, Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    pub id: Id,
    pub version: i32,
    pub status: ExpenseStatus,
    pub spent_on: NaiveDate,
    pub merchant: String,
    pub amount: Money,
}

// createExpense

/// The fields used by the example; omitting a required field is a compile error.
#[derive(InputObject, Debug, Clone)]
pub struct CreateExpenseInput {
    pub amount: MoneyInput,
    pub spent_on: NaiveDate,
    pub merchant: String,
    pub idempotency_key: Option<String>,
}

#[derive(QueryVariables, Debug)]
pub struct CreateExpenseVariables {
    pub input: CreateExpenseInput,
}

#[derive(QueryFragment, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateExpenseVariables")]
pub struct CreateExpense {
    #[arguments(input: $input)]
    pub create_expense: Option<CreateExpensePayload>,
}

#[derive(QueryFragment, Debug)]
pub struct CreateExpensePayload {
    pub expense: Option<Expense>,
    pub errors: Vec<UserError>,
}

// importExpenses

#[derive(InputObject, Debug, Clone)]
pub struct ImportExpensesInput {
    pub file: Upload,
    pub mapping: ImportMappingInput,
    pub currency_code: CurrencyCode,
    pub dry_run: bool,
}

#[derive(InputObject, Debug, Clone)]
pub struct ImportMappingInput {
    pub spent_on: String,
    pub amount: String,
    pub merchant: String,
}

#[derive(QueryVariables, Debug)]
pub struct ImportExpensesVariables {
    pub input: ImportExpensesInput,
}

#[derive(QueryFragment, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ImportExpensesVariables")]
pub struct ImportExpenses {
    #[arguments(input: $input)]
    pub import_expenses: Option<ImportExpensesPayload>,
}

#[derive(QueryFragment, Debug)]
pub struct ImportExpensesPayload {
    pub import: Option<Import>,
    pub errors: Vec<UserError>,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStatus {
    Checked,
    Completed,
    Failed,
    /// A status that did not exist yet when this was compiled.
    #[cynic(fallback)]
    Other,
}

#[derive(QueryFragment, Debug)]
pub struct Import {
    pub status: ImportStatus,
    pub total_rows: i32,
    pub total: Money,
}

// expenseChanged

#[derive(QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct EventCursor {
    pub event_cursor: Option<String>,
}

#[derive(QueryVariables, Debug)]
pub struct ExpenseChangedVariables {
    pub after: Option<String>,
}

#[derive(QueryFragment, Debug)]
#[cynic(graphql_type = "Subscription", variables = "ExpenseChangedVariables")]
pub struct ExpenseChanged {
    #[arguments(after: $after)]
    pub expense_changed: ExpenseChange,
}

#[derive(QueryFragment, Debug)]
pub struct ExpenseChange {
    pub cursor: String,
    pub action: ExpenseAction,
    pub expense: Option<Expense>,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseAction {
    Created,
    Updated,
    Deleted,
    Submitted,
    Withdrawn,
    Approved,
    Rejected,
    Reopened,
    Reimbursed,
    Voided,
    Commented,
    /// A kind of change that did not exist yet when this was compiled.
    #[cynic(fallback)]
    Other,
}
