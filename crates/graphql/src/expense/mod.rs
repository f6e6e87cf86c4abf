//! Expenses in the schema.

mod comment;
mod filter;
mod mutation;
mod query;
mod spending;
mod viewer_can;

use async_graphql::Enum;
use chrono::NaiveDate;
use outlay_derive::fields;
use outlay_domain::{
    Context, Result, Time,
    entity::tenant::{self, BudgetId, CategoryId, DepartmentId, ExpenseId, MemberId, expense},
    expense::Standing,
};

use crate::{
    budget::Budget,
    category::Category,
    department::Department,
    member::Member,
    money::Money,
    relation::{Many, One, Required},
    scalar::{Date, DateTime, Decimal},
};

pub use comment::{CommentMutation, ExpenseComment};
pub use mutation::ExpenseMutation;
pub use query::ExpenseQuery;
pub use viewer_can::ExpensePermissions;

/// Status of an expense.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::ExpenseStatus")]
pub enum ExpenseStatus {
    /// Not submitted yet.
    Draft,
    /// Waiting for approval.
    Submitted,
    /// Approved, to be reimbursed.
    Approved,
    /// Rejected; its member can reopen it.
    Rejected,
    /// Paid back to the member.
    Reimbursed,
    /// Removed from the books; kept for reference.
    Voided,
}

/// Money spent by a member, or refunded when the amount is negative.
#[fields(expense)]
impl Expense {
    /// Amount in the currency of the purchase; negative for a refund.
    fn amount(amount: rust_decimal::Decimal, currency: &str) -> Result<Money> {
        Money::stored(amount, currency)
    }

    /// Units of the organization's base currency for one unit of the amount's currency; 1 when they are the same.
    fn exchange_rate(rate: rust_decimal::Decimal) -> Decimal {
        Decimal(rate.normalize())
    }

    /// Amount in the organization's base currency, rounded to its minor unit.
    fn base_amount(cx: &Context, base_amount: rust_decimal::Decimal) -> Result<Money> {
        Money::in_base(cx, base_amount)
    }

    /// Day of the purchase.
    fn spent_on(spent_on: NaiveDate) -> Date {
        Date(spent_on)
    }

    /// The payee.
    fn merchant(merchant: &str) -> &str {
        merchant
    }

    /// Purpose, in words; may be empty.
    fn description(description: &str) -> &str {
        description
    }

    /// Number of the receipt or transaction; `null` when there is none.
    fn reference(reference: Option<&str>) -> Option<&str> {
        reference
    }

    /// Status.
    fn status(status: tenant::ExpenseStatus) -> ExpenseStatus {
        status.into()
    }

    /// Member who spent it.
    fn member(member_id: MemberId) -> Required<Member> {
        member_id.into()
    }

    /// Department that it is for; `null` when there is none.
    fn department(department_id: Option<DepartmentId>) -> One<Department> {
        department_id.into()
    }

    /// Category of the expense; `null` when there is none.
    fn category(category_id: Option<CategoryId>) -> One<Category> {
        category_id.into()
    }

    /// Budget that it is charged to; `null` when there is none.
    fn budget(budget_id: Option<BudgetId>) -> One<Budget> {
        budget_id.into()
    }

    /// Time of the last submission; `null` when it is not submitted.
    fn submitted_at(submitted_at: Option<Time>) -> Option<DateTime> {
        submitted_at.map(DateTime)
    }

    /// Time of the approval, rejection or voiding; `null` when there is none.
    fn decided_at(decided_at: Option<Time>) -> Option<DateTime> {
        decided_at.map(DateTime)
    }

    /// Member who approved, rejected or voided it; `null` when there is none.
    fn decided_by(decided_by: Option<MemberId>) -> One<Member> {
        decided_by.into()
    }

    /// Reason of the rejection or voiding; `null` when there is none.
    fn decision_reason(decision_reason: Option<&str>) -> Option<&str> {
        decision_reason
    }

    /// Comments, oldest first.
    fn comments(id: ExpenseId) -> Many<ExpenseComment> {
        id.into()
    }

    /// The actions that the caller can take on it now, and the reason for each that is not possible.
    fn viewer_can(
        member_id: MemberId,
        department_id: Option<DepartmentId>,
        status: tenant::ExpenseStatus,
    ) -> ExpensePermissions {
        ExpensePermissions(Standing {
            member_id,
            department_id,
            status,
        })
    }
}
