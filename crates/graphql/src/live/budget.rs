//! Events of budgets near their limits.

use async_graphql::{Context, ID, Object};
use outlay_domain::live::{Crossing, Told, What};

use crate::{budget::Budget, error::Answer, id, relation};

/// A budget has crossed its alert threshold.
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

/// A budget has crossed its alert threshold.
#[Object]
impl BudgetNearingLimit {
    /// Pass it as `after` to continue with the next event.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The threshold reached, in percent of the limit: 80, or 100 when the limit is reached or exceeded.
    async fn percent(&self) -> i32 {
        self.crossing.percent
    }

    /// Global id of the budget.
    async fn budget_id(&self) -> ID {
        id::encode(self.crossing.budget_id)
    }

    /// The budget as it is now; `null` when it was deleted.
    async fn budget(&self, ctx: &Context<'_>) -> Answer<Budget> {
        relation::find(ctx, self.crossing.budget_id).await
    }
}
