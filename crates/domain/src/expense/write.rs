//! Entering, changing and deleting expenses.

use chrono::{Datelike, NaiveDate};
use outlay_entity::tenant::{
    BudgetId, CategoryId, DepartmentId, ExpenseId, ExpenseStatus, MemberId,
    expense::{ActiveModel, Entity, Model},
};
use rust_decimal::Decimal;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::Serialize;

use super::{Standing, lock, require_entry};
use crate::{
    Action, Command, Context, Error, Result, WriteContext, budget,
    permission::Permission,
    value::{Code, ExchangeRate, Money, Name, Note},
    write::{self, Deleted, NewRow, set, set_optional},
};

/// A new expense, a draft until it is submitted.
#[derive(Debug, Clone, Serialize)]
pub struct CreateExpense {
    /// What it cost; below zero for a refund.
    pub amount: Money,
    /// Units of base currency for one of the amount's; only when they differ.
    pub exchange_rate: Option<ExchangeRate>,
    /// The day of the purchase.
    pub spent_on: NaiveDate,
    /// Who was paid.
    pub merchant: Name,
    /// What for.
    pub description: Option<Note>,
    /// Number of the receipt.
    pub reference: Option<Code>,
    /// What it was spent on.
    pub category_id: Option<CategoryId>,
    /// The department that it is for; the member's own when absent.
    pub department_id: Option<DepartmentId>,
    /// The budget to charge.
    pub budget_id: Option<BudgetId>,
    /// Who spent it, when finance enters it for another.
    pub member_id: Option<MemberId>,
}

impl Command for CreateExpense {
    type Output = Model;
    const ACTION: Action = Action::ExpenseCreate;

    fn authorize(&self, cx: &Context) -> Result<()> {
        cx.require(Permission::EnterExpenses)?;
        if self.is_own(cx) {
            return Ok(());
        }
        cx.require(Permission::EnterForOthers)
    }

    fn new_row(&self, cx: &WriteContext) -> Result<Option<NewRow<Model>>> {
        let new = NewRow::new(self.draft(cx)?);
        // If the organization blocks overspending, `run` checks the charge.
        Ok(Some(match self.budget_id {
            Some(_) => new.unless(budget::blocking()),
            None => new,
        }))
    }

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let row = self.draft(cx)?;
        Entity::insert(row.clone().into_active_model())
            .exec_without_returning(cx.db())
            .await?;
        budget::check_change(cx, None, Some(&row)).await?;
        Ok(row)
    }
}

impl CreateExpense {
    /// Whether the caller enters it for themselves.
    fn is_own(&self, cx: &Context) -> bool {
        self.member_id.is_none_or(|member| member == cx.member_id())
    }

    /// The row, as the database will give it back.
    fn draft(&self, cx: &WriteContext) -> Result<Model> {
        check_date(self.spent_on)?;
        let (rate, base_amount) = self
            .amount
            .convert(cx.base_currency()?, self.exchange_rate)?;
        let now = cx.now();
        Ok(Model {
            id: ExpenseId::generate(),
            member_id: self.member_id.unwrap_or_else(|| cx.member_id()),
            department_id: self
                .department_id
                .or_else(|| cx.department_id().filter(|_| self.is_own(cx))),
            category_id: self.category_id,
            budget_id: self.budget_id,
            spent_on: self.spent_on,
            merchant: self.merchant.as_str().to_owned(),
            description: self.description.clone().map(Into::into).unwrap_or_default(),
            reference: self.reference.clone().map(Into::into),
            currency: self.amount.currency().code().to_owned(),
            amount: at_scale(self.amount.amount(), 4),
            rate: at_scale(rate, 9),
            base_amount: at_scale(base_amount, 4),
            status: ExpenseStatus::Draft,
            submitted_at: None,
            decided_at: None,
            decided_by: None,
            decision_reason: None,
            import_id: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

/// A number with as many decimals as its column has.
fn at_scale(mut number: Decimal, decimals: u32) -> Decimal {
    number.rescale(decimals);
    number
}

fn check_date(spent_on: NaiveDate) -> Result<()> {
    if (1900..2200).contains(&spent_on.year()) {
        return Ok(());
    }
    Err(Error::invalid("spentOn", "The year is from 1900 to 2199."))
}

/// A change of a draft; `None` leaves a value as it is, `Some(None)` removes it.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateExpense {
    /// The expense.
    pub id: ExpenseId,
    /// The version that the caller has seen.
    pub version: i32,
    /// What it cost.
    pub amount: Option<Money>,
    /// Units of base currency for one of the amount's; asked for again with another amount in a foreign currency.
    pub exchange_rate: Option<ExchangeRate>,
    /// The day of the purchase.
    pub spent_on: Option<NaiveDate>,
    /// Who was paid.
    pub merchant: Option<Name>,
    /// What for.
    pub description: Option<Note>,
    /// Number of the receipt.
    pub reference: Option<Option<Code>>,
    /// What it was spent on.
    pub category_id: Option<Option<CategoryId>>,
    /// The department that it is for.
    pub department_id: Option<Option<DepartmentId>>,
    /// The budget to charge.
    pub budget_id: Option<Option<BudgetId>>,
}

impl Command for UpdateExpense {
    type Output = Model;
    const ACTION: Action = Action::ExpenseUpdate;

    fn authorize(&self, cx: &Context) -> Result<()> {
        cx.require(Permission::EnterExpenses)
    }

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = lock(cx, self.id, self.version, require_entry).await?;
        require_draft(Standing::of(&old))?;
        self.spent_on.map_or(Ok(()), check_date)?;
        let converted = self.convert(cx)?;
        let change = ActiveModel {
            amount: set(self.amount.map(|money| money.amount())),
            currency: set(self.amount.map(|money| money.currency().code())),
            rate: set(converted.map(|(rate, _)| rate)),
            base_amount: set(converted.map(|(_, base_amount)| base_amount)),
            spent_on: set(self.spent_on),
            merchant: set(self.merchant.clone()),
            description: set(self.description.clone()),
            reference: set_optional(self.reference.clone()),
            category_id: set_optional(self.category_id),
            department_id: set_optional(self.department_id),
            budget_id: set_optional(self.budget_id),
            ..Default::default()
        };
        let new = write::update::<Entity>(cx, &old, change).await?;
        budget::check_change(cx, Some(&old), Some(&new)).await?;
        Ok(new)
    }
}

impl UpdateExpense {
    fn convert(&self, cx: &WriteContext) -> Result<Option<(Decimal, Decimal)>> {
        match (self.amount, self.exchange_rate) {
            (Some(amount), rate) => amount.convert(cx.base_currency()?, rate).map(Some),
            (None, Some(_)) => Err(Error::invalid(
                "amount",
                "Give the amount together with its exchange rate.",
            )),
            (None, None) => Ok(None),
        }
    }
}

/// Whether the member may change or delete an expense as it is.
///
/// # Errors
/// Why not.
pub fn check_change(cx: &Context, expense: Standing) -> Result<()> {
    require_entry(cx, expense)?;
    require_draft(expense)
}

fn require_draft(expense: Standing) -> Result<()> {
    if expense.status == ExpenseStatus::Draft {
        return Ok(());
    }
    Err(Error::conflict(
        "id",
        "Only a draft can be changed: withdraw a submitted expense first, or reopen a rejected one.",
    ))
}

/// Deletes a draft; what was ever decided on can be voided instead.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteExpense {
    /// The expense.
    pub id: ExpenseId,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteExpense {
    type Output = Deleted<Entity>;
    const ACTION: Action = Action::ExpenseDelete;

    fn authorize(&self, cx: &Context) -> Result<()> {
        cx.require(Permission::EnterExpenses)
    }

    async fn run(&self, cx: &WriteContext) -> Result<Deleted<Entity>> {
        let old = lock(cx, self.id, self.version, require_entry).await?;
        require_draft(Standing::of(&old))?;
        let deleted = write::delete::<Entity>(cx, &old).await?;
        budget::check_change(cx, Some(&old), None).await?;
        Ok(deleted)
    }
}
