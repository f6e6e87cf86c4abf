//! Categories.

use sea_orm::entity::prelude::*;

crate::record::table! {
    /// A kind of spending.
    "category" {
        /// Unique regardless of case.
        name: String,
    }
}
