//! Budgets.

use sea_orm::entity::prelude::*;

crate::positional! {
    /// What a department may spend in one month, on one category or on all.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(schema_name = "{tenant}", table_name = "budget")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// The department that may spend.
        pub department_id: Uuid,
        /// The category it is for; any, when absent.
        pub category_id: Option<Uuid>,
        /// The account that pays.
        pub account_id: Uuid,
        /// Calendar year.
        pub year: i16,
        /// Calendar month, 1 to 12.
        pub month: i16,
        /// The limit, in the base currency.
        pub amount: Decimal,
        /// Counts the writes; a write that names an older one is refused.
        pub version: i32,
        /// When the row was made.
        pub created_at: DateTimeUtc,
        /// When it was last written.
        pub updated_at: DateTimeUtc,
    }
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
