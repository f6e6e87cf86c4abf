//! Expenses.

use sea_orm::entity::prelude::*;

use super::ExpenseStatus;

crate::positional! {
    /// Money spent, or refunded when negative.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
    #[sea_orm(schema_name = "{tenant}", table_name = "expense")]
    pub struct Model {
        /// Primary key, a time-ordered UUID.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        /// Who spent it.
        pub member_id: Uuid,
        /// The department that it is for.
        pub department_id: Option<Uuid>,
        /// What it was spent on.
        pub category_id: Option<Uuid>,
        /// The budget that it is charged to.
        pub budget_id: Option<Uuid>,
        /// The day of the purchase.
        pub spent_on: Date,
        /// Who was paid.
        pub merchant: String,
        /// What for, in words; may be empty.
        pub description: String,
        /// Number of the receipt or transaction.
        pub reference: Option<String>,
        /// ISO 4217 code of `amount`.
        pub currency: String,
        /// The amount in its own currency; negative for a refund.
        pub amount: Decimal,
        /// Units of base currency for one unit of `currency`.
        pub rate: Decimal,
        /// The amount in the base currency.
        pub base_amount: Decimal,
        /// Where it stands in approval.
        pub status: ExpenseStatus,
        /// When it was last submitted.
        pub submitted_at: Option<DateTimeUtc>,
        /// When it was approved or rejected.
        pub decided_at: Option<DateTimeUtc>,
        /// The member who decided.
        pub decided_by: Option<Uuid>,
        /// Why it was rejected or voided.
        pub decision_reason: Option<String>,
        /// The import that made it.
        pub import_id: Option<Uuid>,
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
