//! Making, changing and deleting budgets.

use outlay_entity::tenant::{
    RuleAction,
    budget::{ActiveModel, Entity, Model},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use uuid::Uuid;

use super::{NOUN, spent};
use crate::{
    Command, Error, Result, WriteContext, organization,
    permission::Permission,
    value::Money,
    write::{self, Deleted, set},
};

/// A new budget.
#[derive(Debug, Clone)]
pub struct CreateBudget {
    /// The department that may spend.
    pub department_id: Uuid,
    /// The account that pays.
    pub account_id: Uuid,
    /// The category that it is for; any, when absent.
    pub category_id: Option<Uuid>,
    /// Calendar year, 1900 to 2199.
    pub year: i32,
    /// Calendar month, 1 to 12.
    pub month: i32,
    /// The limit, in the base currency, not negative.
    pub amount: Money,
}

impl Command for CreateBudget {
    type Output = Model;
    const ACTION: &'static str = "budget.create";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let row = ActiveModel {
            id: Set(Uuid::now_v7()),
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
        Ok(row.insert(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

fn within(field: &str, value: i32, min: i16, max: i16) -> Result<i16> {
    i16::try_from(value)
        .ok()
        .filter(|value| (min..=max).contains(value))
        .ok_or_else(|| Error::invalid(field, format!("The {field} is from {min} to {max}.")))
}

/// A change of a budget; `None` leaves a value as it is. Department, category and month stay: another is another
/// budget.
#[derive(Debug, Clone)]
pub struct UpdateBudget {
    /// The budget.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
    /// The account that pays.
    pub account_id: Option<Uuid>,
    /// The limit.
    pub amount: Option<Money>,
}

impl Command for UpdateBudget {
    type Output = Model;
    const ACTION: &'static str = "budget.update";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let base = cx.base_currency()?;
        let amount = self
            .amount
            .map(|money| money.not_negative("amount")?.in_base("amount", base))
            .transpose()?;
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        if let Some(amount) = amount.filter(|amount| *amount < old.amount) {
            self.keep_what_is_spent(cx, amount).await?;
        }
        let row = ActiveModel {
            id: Set(self.id),
            account_id: set(self.account_id),
            amount: set(amount),
            version: Set(old.version + 1),
            updated_at: Set(chrono::Utc::now()),
            ..Default::default()
        };
        Ok(row.update(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

impl UpdateBudget {
    /// If the organization blocks overspending, rejects an amount below what is spent. The row is locked.
    async fn keep_what_is_spent(&self, cx: &WriteContext, amount: Decimal) -> Result<()> {
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
                "{} {currency} of it are spent already. Give at least that, or void expenses that are charged to it first.",
                currency.round(spent)
            ),
        })
    }
}

/// Deletes a budget that no expense is charged to.
#[derive(Debug, Clone)]
pub struct DeleteBudget {
    /// The budget.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteBudget {
    type Output = Deleted;
    const ACTION: &'static str = "budget.delete";

    async fn run(&self, cx: &WriteContext) -> Result<Deleted> {
        cx.require(Permission::ManageBooks)?;
        write::delete::<Entity>(cx, NOUN, self.id, self.version).await
    }

    async fn recall(&self, _: &WriteContext, id: Uuid) -> Result<Deleted> {
        Ok(Deleted(id))
    }
}
