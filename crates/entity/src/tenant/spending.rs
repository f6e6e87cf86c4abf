//! Groups of expenses: the result of a statement, not a table.

use sea_orm::entity::prelude::*;

use super::{CategoryId, DepartmentId, MemberId};

crate::record::row! {
    /// Expenses summed by what they have in common. A dimension that they are not grouped by is null.
    "spending" {
        /// The department.
        department_id: Option<DepartmentId>,
        /// The category.
        category_id: Option<CategoryId>,
        /// The member.
        member_id: Option<MemberId>,
        /// The merchant.
        merchant: Option<String>,
        /// The first day of the month.
        month: Option<Date>,
        /// Number of expenses.
        count: i64,
        /// Their sum, in base currency.
        total: Decimal,
    }
    derived {}
}
