//! Business rules of an organization in the schema.

use async_graphql::{Enum, SimpleObject};
use outlay_domain::entity::tenant::{self, settings::Model};

/// Action when a business rule is violated.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::RuleAction")]
pub enum RuleAction {
    /// The write is allowed.
    Allow,
    /// The write is rejected with an error.
    Block,
}

/// Business rules of an organization. Change them by `updateOrganization`.
#[derive(SimpleObject)]
pub struct OrganizationSettings {
    /// Action when a write would leave a budget overspent. `BLOCK` rejects a write that raises the amount charged above the
    /// limit, such as a new expense, a larger amount or a voided refund. Writes that do not raise the amount charged to a
    /// budget are allowed.
    over_budget: RuleAction,
    /// First month of the fiscal year, 1 to 12.
    fiscal_year_start: i32,
}

impl From<Model> for OrganizationSettings {
    fn from(row: Model) -> Self {
        Self {
            over_budget: row.over_budget.into(),
            fiscal_year_start: row.fiscal_year_start.into(),
        }
    }
}
