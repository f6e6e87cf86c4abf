//! Budgets that come near their limits, as they are told.

use async_graphql::{Context, ID, Object};
use outlay_domain::live::{Crossing, Told, What};

use crate::{budget::Budget, error::Answer, id::Kind, loader};

/// So much of a budget is spent that somebody should know.
pub struct BudgetNearingLimit {
    cursor: String,
    crossing: Crossing,
}

impl BudgetNearingLimit {
    pub(super) fn of(told: Told) -> Option<Self> {
        let What::Budget(crossing) = told.what else {
            return None;
        };
        Some(Self {
            cursor: told.cursor.encode(),
            crossing,
        })
    }
}

/// So much of a budget is spent that somebody should know.
#[Object]
impl BudgetNearingLimit {
    /// Subscribe after it to be told what comes next.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The share of the limit that was reached, in percent: 80, or 100 when it is reached or exceeded.
    async fn percent(&self) -> i32 {
        self.crossing.percent
    }

    /// Global id of the budget.
    async fn budget_id(&self) -> ID {
        Kind::Budget.id(self.crossing.budget_id)
    }

    /// The budget as it is now; null when it is deleted.
    async fn budget(&self, ctx: &Context<'_>) -> Answer<Budget> {
        loader::budget(ctx, self.crossing.budget_id).await
    }
}
