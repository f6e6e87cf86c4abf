//! Expenses.

use sea_orm::entity::prelude::*;

use super::{BudgetId, CategoryId, DepartmentId, ExpenseStatus, ImportId, MemberId};

crate::record::table! {
    /// Money spent, or refunded when the amount is negative.
    "expense" {
        /// The member who spent it.
        member_id: MemberId,
        /// The department that it is for.
        department_id: Option<DepartmentId>,
        /// The kind of spending.
        category_id: Option<CategoryId>,
        /// The budget that it is charged to.
        budget_id: Option<BudgetId>,
        /// The day of the purchase.
        spent_on: Date,
        /// The payee.
        merchant: String,
        /// Purpose, in words; may be empty.
        description: String,
        /// Number of the receipt or transaction.
        reference: Option<String>,
        /// ISO 4217 code of `amount`.
        currency: String,
        /// The amount in its own currency; negative for a refund.
        amount: Decimal,
        /// Units of base currency for one unit of `currency`.
        rate: Decimal,
        /// The amount in base currency.
        base_amount: Decimal,
        /// State of approval.
        status: ExpenseStatus,
        /// When it was last submitted.
        submitted_at: Option<DateTimeUtc>,
        /// When it was approved, rejected or voided.
        decided_at: Option<DateTimeUtc>,
        /// The member who decided.
        decided_by: Option<MemberId>,
        /// Why it was rejected or voided.
        decision_reason: Option<String>,
        /// The import that inserted it.
        import_id: Option<ImportId>,
    }
}
