//! An organization's business rules in the schema.

use async_graphql::{Enum, SimpleObject};
use outlay_domain::entity::tenant::{self, settings::Model};

/// What a business rule does when it is broken.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[graphql(remote = "tenant::RuleAction")]
pub enum RuleAction {
    /// Lets it pass.
    Allow,
    /// Refuses it.
    Block,
}

/// An organization's business rules.
#[derive(SimpleObject)]
pub struct OrganizationSettings {
    /// Whether a write may leave a budget overspent. `BLOCK` rejects each change of an expense or a budget that would, such
    /// as a new expense, a larger amount or a voided refund; what does not raise the charge of a budget is allowed.
    over_budget: RuleAction,
    /// The first month of the fiscal year, 1 to 12.
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
