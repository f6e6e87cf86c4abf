//! Whether an expense fits its budget: the rule, and the lock that makes it true.

use outlay_entity::tenant::{RuleAction, budget, expense, settings};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement,
};
use uuid::Uuid;

use super::{NOUN, charges};
use crate::{Error, Result, WriteContext, organization};

/// Finds something where the organization blocks overspending, so that each charge must be checked.
pub(crate) fn blocking() -> SelectStatement {
    settings::Entity::find()
        .select_only()
        .column(settings::Column::Id)
        .filter(settings::Column::OverBudget.eq(RuleAction::Block))
        .into_query()
}

/// Locks the budget and refuses `amount` when the organization blocks overspending and it does not fit.
///
/// `expense` is the one that is being written, which must not be counted twice. The lock is held until the
/// transaction ends, so that of two expenses that fit alone but not together, the second sees the first.
pub(crate) async fn check_charge(
    cx: &WriteContext,
    budget: Uuid,
    expense: Option<Uuid>,
    amount: Decimal,
) -> Result<()> {
    let settings::Model { over_budget, .. } = organization::settings(cx).await?;
    if over_budget != RuleAction::Block {
        return Ok(());
    }
    let budget = budget::Entity::find_by_id(budget)
        .lock_exclusive()
        .one(cx.db())
        .await?;
    let budget = budget.ok_or(Error::not_found(NOUN, "budgetId"))?;
    // A refund frees money whatever the state of the budget.
    if amount <= Decimal::ZERO {
        return Ok(());
    }
    let mut others = expense::Entity::find()
        .select_only()
        .column_as(expense::Column::BaseAmount.sum(), "spent")
        .filter(expense::Column::BudgetId.eq(budget.id))
        .filter(charges());
    if let Some(expense) = expense {
        others = others.filter(expense::Column::Id.ne(expense));
    }
    let spent: Option<Option<Decimal>> = others.into_tuple().one(cx.db()).await?;
    let remaining = budget.amount - spent.flatten().unwrap_or_default();
    if amount <= remaining {
        return Ok(());
    }
    let currency = cx.base_currency()?;
    let (left, over) = (
        currency.round(remaining),
        currency.round(amount - remaining),
    );
    Err(Error::LimitExceeded {
        field: Some("amount"),
        message: format!(
            "The budget has {left} {currency} left; this exceeds it by {over} {currency}."
        ),
    })
}
