//! Events of budgets that reach an alert threshold.

use async_graphql::{Context, ID, Object};
use outlay_domain::live::{BudgetAlert, Payload, Publication};

use crate::{budget::Budget, error::Answer, id, relation};

/// A budget has reached an alert threshold.
pub struct BudgetNearingLimit {
    cursor: String,
    alert: BudgetAlert,
}

impl BudgetNearingLimit {
    pub(super) fn of(publication: Publication) -> Option<Self> {
        let Payload::Budget(alert) = publication.payload else {
            return None;
        };
        Some(Self {
            cursor: publication.cursor.encode(),
            alert,
        })
    }
}

/// A budget has reached an alert threshold.
#[Object]
impl BudgetNearingLimit {
    /// Pass it as `after` to continue with the next event.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The threshold reached, in percent of the limit: 80, or 100 when the limit is reached or exceeded.
    async fn percent(&self) -> i32 {
        self.alert.percent
    }

    /// Global id of the budget.
    async fn budget_id(&self) -> ID {
        id::encode(self.alert.budget_id)
    }

    /// The budget as it is now; `null` when it was deleted.
    async fn budget(&self, ctx: &Context<'_>) -> Answer<Budget> {
        relation::find(ctx, self.alert.budget_id).await
    }
}
