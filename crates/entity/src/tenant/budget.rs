//! Budgets.

use sea_orm::entity::prelude::*;

use super::{AccountId, CategoryId, DepartmentId};

crate::record::table! {
    /// The amount that a department may spend in one month, on one category or on all.
    "budget" {
        /// The department that may spend it.
        department_id: DepartmentId,
        /// The category that it is limited to; any when absent.
        category_id: Option<CategoryId>,
        /// The account that pays.
        account_id: AccountId,
        /// Calendar year, 1900 to 2199.
        year: i16,
        /// Calendar month, 1 to 12.
        month: i16,
        /// The limit, in base currency, not negative.
        amount: Decimal,
    }
    derived {
        /// The sum charged to it, in base currency.
        spent: Decimal,
    }
}
