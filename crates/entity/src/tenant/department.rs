//! Departments.

use sea_orm::entity::prelude::*;

use super::{DepartmentId, MemberId};

crate::record::table! {
    /// A part of the organization that spends.
    "department" {
        /// Unique regardless of case.
        name: String,
        /// The department that it is part of.
        parent_id: Option<DepartmentId>,
        /// The member who leads it.
        head_id: Option<MemberId>,
    }
}
