//! Commands that create and change budgets.

use outlay_entity::tenant::{
    AccountId, BudgetId, CategoryId, DepartmentId, RuleAction,
    budget::{ActiveModel, Entity, Model},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::spent;
use crate::{
    Action, Command, Error, Result, WriteContext, organization,
    value::Money,
    write::{self, set},
};

/// Creates a budget.
#[derive(Debug, Clone, Serialize)]
pub struct CreateBudget {
    /// The department that may spend.
    pub department_id: DepartmentId,
    /// The account that pays.
    pub account_id: AccountId,
    /// The category that it covers; all categories if absent.
    pub category_id: Option<CategoryId>,
    /// Calendar year, 1900 to 2199.
    pub year: i32,
    /// Calendar month, 1 to 12.
    pub month: i32,
    /// The limit in base currency; not negative.
    pub amount: Money,
}

impl Command for CreateBudget {
    type Output = Model;
    const ACTION: Action = Action::BudgetCreate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let row = ActiveModel {
            department_id: Set(self.department_id),
            category_id: Set(self.category_id),
            account_id: Set(self.account_id),
            year: Set(within("year", self.year, 1900, 2199)?),
            month: Set(within("month", self.month, 1, 12)?),
            amount: Set(self
                .amount
                .not_negative("amount")?
                .in_base("amount", cx.base_currency()?)?),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}

fn within(field: &str, value: i32, min: i16, max: i16) -> Result<i16> {
    i16::try_from(value)
        .ok()
        .filter(|value| (min..=max).contains(value))
        .ok_or_else(|| Error::invalid(field, format!("The {field} must be from {min} to {max}.")))
}

/// Changes a budget; `None` leaves a value unchanged. Department, category and month identify a budget and cannot be
/// changed.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateBudget {
    /// The budget.
    pub id: BudgetId,
    /// The version that the caller has read.
    pub version: i32,
    /// The account that pays.
    pub account_id: Option<AccountId>,
    /// The limit.
    pub amount: Option<Money>,
}

impl Command for UpdateBudget {
    type Output = Model;
    const ACTION: Action = Action::BudgetUpdate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let base = cx.base_currency()?;
        let amount = self
            .amount
            .map(|money| money.not_negative("amount")?.in_base("amount", base))
            .transpose()?;
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        if let Some(amount) = amount.filter(|amount| *amount < old.amount) {
            self.require_at_least_spent(cx, amount).await?;
        }
        let change = ActiveModel {
            account_id: set(self.account_id),
            amount: set(amount),
            ..Default::default()
        };
        write::update::<Entity>(cx, &old, change).await
    }
}

impl UpdateBudget {
    /// If the organization blocks overspending, rejects an amount below the amount spent. The caller has locked the
    /// row.
    async fn require_at_least_spent(&self, cx: &WriteContext, amount: Decimal) -> Result<()> {
        if organization::settings(cx).await?.over_budget != RuleAction::Block {
            return Ok(());
        }
        let spent = spent(cx, &[self.id])
            .await?
            .remove(&self.id)
            .unwrap_or_default();
        if amount >= spent {
            return Ok(());
        }
        let currency = cx.base_currency()?;
        Err(Error::LimitExceeded {
            field: Some("amount"),
            message: format!(
                "{} {currency} are already spent. Set at least that amount, or void expenses that are charged to the budget first.",
                currency.round(spent)
            ),
        })
    }
}
