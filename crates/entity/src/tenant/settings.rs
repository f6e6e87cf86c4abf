//! Rules of the house.

use sea_orm::entity::prelude::*;

use super::RuleAction;

/// The organization's business rules; one row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(schema_name = "{tenant}", table_name = "settings")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i16,
    /// What to do when an expense exceeds its budget.
    pub over_budget: RuleAction,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_year_start: i16,
}

/// Joins are written out where they are needed, never through this.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
