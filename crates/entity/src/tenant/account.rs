//! Accounts.

use sea_orm::entity::prelude::*;

crate::record::table! {
    /// A source of funds.
    "account" {
        /// Unique regardless of case.
        name: String,
        /// Balance before the first charge, in base currency.
        opening_balance: Decimal,
    }
    derived {
        /// The sum charged to the budgets that it pays, in base currency.
        charged: Decimal,
    }
}
