//! The amount that an expense charges to its budget, and the check that no write overspends a blocking budget.
//!
//! Invariant: [`charged`] is the only definition of a charge. The SQL expression is derived from it, and every sum, check
//! and subscription uses one of the two.

use std::collections::{BTreeMap, HashMap};

use outlay_entity::tenant::{
    BudgetId,
    ExpenseStatus::{self, Approved, Draft, Reimbursed, Rejected, Submitted, Voided},
    RuleAction, budget,
    expense::{Column, Entity, Model},
    settings,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RuntimeErr,
    sea_query::{Expr, LockType, SelectStatement},
};

use crate::{Context, Error, Result, WriteContext, organization};

/// The amount that an expense charges to its budget, in base currency.
///
/// A rejected or voided expense charges nothing. A refund (a negative amount) gives money back only once it is approved.
/// Everything else is charged in full, drafts included: their money is spent.
pub(crate) fn charged(status: ExpenseStatus, base_amount: Decimal) -> Decimal {
    let is_charged = match status {
        Draft | Submitted => base_amount >= Decimal::ZERO,
        Approved | Reimbursed => true,
        Rejected | Voided => false,
    };
    if is_charged {
        base_amount
    } else {
        Decimal::ZERO
    }
}

/// [`charged`] as SQL text, for the SQL expressions of a status and of an amount in base currency. The result is 0
/// where the status is NULL.
pub(crate) fn charged_sql(status: &str, base_amount: &str) -> String {
    let charging = |amount: Decimal| {
        let statuses = ExpenseStatus::iter().filter(|status| charged(*status, amount) == amount);
        let literals: Vec<_> = statuses
            .map(|status| format!("'{}'", status.to_value()))
            .collect();
        literals.join(", ")
    };
    let (purchases, refunds) = (charging(Decimal::ONE), charging(Decimal::NEGATIVE_ONE));
    format!(
        "CASE WHEN CASE WHEN {base_amount} < 0 THEN {status} IN ({refunds}) ELSE {status} IN ({purchases}) END \
         THEN {base_amount} ELSE 0 END"
    )
}

/// SQL of the sum charged to the budget of this alias.
pub(super) fn charged_to_budget(budget: &str) -> String {
    let charged = charged_sql("charge.status", "charge.base_amount");
    format!(
        r#"SELECT coalesce(sum({charged}), 0) FROM "{{tenant}}".expense AS charge WHERE charge.budget_id = "{budget}".id"#
    )
}

/// SQL of the sum charged to the budgets that the account of this alias pays.
pub(crate) fn charged_to_account(account: &str) -> String {
    let charged = charged_sql("charge.status", "charge.base_amount");
    format!(
        r#"SELECT coalesce(sum({charged}), 0) FROM "{{tenant}}".budget AS paid JOIN "{{tenant}}".expense AS charge ON charge.budget_id = paid.id WHERE paid.account_id = "{account}".id"#
    )
}

/// The amount charged to each budget, in base currency. Budgets without expenses are absent.
///
/// # Errors
/// The database's own.
pub(crate) async fn spent(cx: &Context, ids: &[BudgetId]) -> Result<HashMap<BudgetId, Decimal>> {
    let charged = charged_sql(r#""expense"."status""#, r#""expense"."base_amount""#);
    let sums: Vec<(BudgetId, Decimal)> = Entity::find()
        .select_only()
        .column(Column::BudgetId)
        .expr_as(Expr::cust(format!("SUM({charged})")), "spent")
        .filter(Column::BudgetId.eq_any(ids.iter().copied()))
        .group_by(Column::BudgetId)
        .into_tuple()
        .all(cx.db())
        .await?;
    Ok(sums.into_iter().collect())
}

/// Selects a row if the organization blocks overspending, so that each charge must be checked.
pub(crate) fn blocking() -> SelectStatement {
    settings::Entity::find()
        .select_only()
        .column(settings::Column::Id)
        .filter(settings::Column::OverBudget.eq(RuleAction::Block))
        .into_query()
}

/// Rejects a write that leaves a budget overspent, if the organization blocks overspending and the write raises what is
/// charged to that budget. `before` and `after` are the expense as it was and as it is now. Call this after the write,
/// in its transaction: then the sum includes it, and [`wait_for_charges`] knows of it.
///
/// The locks are held until the transaction ends, so that of two expenses that fit alone but not together, the second
/// counts the first. The sum is a statement after the one that locks, because a statement sees only what was committed
/// when it started. Budgets are locked in the order of their ids, so that two writes never wait for each other, and in
/// a mode that allows the foreign keys of other expenses to be checked meanwhile.
pub(crate) async fn check_change(
    cx: &WriteContext,
    before: Option<&Model>,
    after: Option<&Model>,
) -> Result<()> {
    let raised = raised(before, after);
    if raised.is_empty() || organization::settings(cx).await?.over_budget != RuleAction::Block {
        return Ok(());
    }
    let ids: Vec<BudgetId> = raised.keys().copied().collect();
    let budgets = budget::Entity::find()
        .filter(budget::Column::Id.eq_any(ids.iter().copied()))
        .order_by_asc(budget::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(cx.db())
        .await?;
    let spent = spent(cx, &ids).await?;
    for budget in budgets {
        let over = spent.get(&budget.id).copied().unwrap_or_default() - budget.amount;
        if over > Decimal::ZERO {
            let left = (raised[&budget.id] - over).max(Decimal::ZERO);
            return Err(exceeded(cx, before, after, budget.id, (left, over))?);
        }
    }
    Ok(())
}

/// The budgets that are charged more after a write than before it, and by how much.
fn raised(before: Option<&Model>, after: Option<&Model>) -> BTreeMap<BudgetId, Decimal> {
    let mut changes = BTreeMap::<BudgetId, Decimal>::new();
    for (expense, sign) in [(before, Decimal::NEGATIVE_ONE), (after, Decimal::ONE)] {
        if let Some(expense) = expense
            && let Some(budget) = expense.budget_id
        {
            *changes.entry(budget).or_default() +=
                sign * charged(expense.status, expense.base_amount);
        }
    }
    changes.retain(|_, change| *change > Decimal::ZERO);
    changes
}

/// The error of a write that had `left` of the budget and exceeds it by `over`; its field is what the caller changed.
fn exceeded(
    cx: &WriteContext,
    before: Option<&Model>,
    after: Option<&Model>,
    budget: BudgetId,
    (left, over): (Decimal, Decimal),
) -> Result<Error> {
    let currency = cx.base_currency()?;
    let (left, over) = (currency.round(left), currency.round(over));
    let field = match (before, after) {
        (None, _) => "amount",
        (Some(before), Some(after)) if before.status == after.status => {
            if before.budget_id == after.budget_id {
                "amount"
            } else {
                "budgetId"
            }
        }
        (Some(_), _) => "id",
    };
    let refund = before.filter(|before| {
        before.budget_id == Some(budget)
            && charged(before.status, before.base_amount) < Decimal::ZERO
    });
    let message = if refund.is_some() {
        let action = match after.map(|after| after.status) {
            None => "Deleting",
            Some(Voided) => "Voiding",
            Some(Rejected) => "Rejecting",
            Some(Draft | Submitted | Approved | Reimbursed) => "Changing",
        };
        format!(
            "{action} this refund would exceed the budget by {over} {currency}. \
             Raise the budget, or void other expenses that are charged to it, first."
        )
    } else {
        format!(
            "The budget has {left} {currency} left; this exceeds it by {over} {currency}. \
             Raise the budget first, or charge another one."
        )
    };
    Ok(Error::LimitExceeded {
        field: Some(field),
        message,
    })
}

/// Waits for the transactions that are writing expenses, and holds back others until this transaction ends, so that no
/// expense that was charged unchecked appears after overspending was blocked. Reads go on.
///
/// This needs nothing of the writers: each locks the table before it takes the snapshot that it reads the rule from.
///
/// # Errors
/// `Conflict` when a transaction takes too long.
pub(crate) async fn wait_for_charges(cx: &WriteContext) -> Result<()> {
    let lock = r#"SET LOCAL lock_timeout = '3s'; LOCK TABLE "{tenant}".expense IN SHARE MODE; SET LOCAL lock_timeout = 0"#;
    let locked = cx.db().execute_unprepared(lock).await;
    locked.map(drop).map_err(|error| {
        if is_lock_timeout(&error) {
            return Error::conflict(
                "overBudget",
                "Expenses are being imported, so this rule cannot be changed now. Try again when the import has ended.",
            );
        }
        error.into()
    })
}

fn is_lock_timeout(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            let code = cause
                .as_database_error()
                .and_then(sea_orm::sqlx::error::DatabaseError::code);
            code.as_deref() == Some("55P03")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use outlay_entity::tenant::ExpenseStatus::{
        Approved, Draft, Reimbursed, Rejected, Submitted, Voided,
    };
    use rust_decimal::Decimal;

    use super::{charged, charged_sql};

    #[test]
    fn a_refund_is_charged_once_it_is_approved() {
        let full = |amount: i64| Decimal::from(amount);
        for (status, purchase, refund) in [
            (Draft, 30, 0),
            (Submitted, 30, 0),
            (Approved, 30, -20),
            (Rejected, 0, 0),
            (Reimbursed, 30, -20),
            (Voided, 0, 0),
        ] {
            assert_eq!(charged(status, full(30)), full(purchase), "{status:?}");
            assert_eq!(charged(status, full(-20)), full(refund), "{status:?}");
            assert_eq!(charged(status, Decimal::ZERO), Decimal::ZERO, "{status:?}");
        }
    }

    #[test]
    fn the_sql_is_the_same_rule() {
        assert_eq!(
            charged_sql("s", "a"),
            "CASE WHEN CASE WHEN a < 0 THEN s IN ('APPROVED', 'REIMBURSED') \
             ELSE s IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REIMBURSED') END THEN a ELSE 0 END"
        );
    }
}
