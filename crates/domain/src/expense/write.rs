//! Entering, changing and deleting expenses.

use chrono::{Datelike, NaiveDate, SubsecRound, Utc};
use outlay_entity::tenant::{
    ExpenseStatus,
    expense::{ActiveModel, Entity, Model},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{NOUN, lock, require_entry};
use crate::{
    Command, Context, Error, Result, WriteContext, budget,
    permission::Permission,
    value::{Code, ExchangeRate, Money, Name, Note},
    write::{self, Deleted, NewRow, set, set_optional},
};

/// A new expense, a draft until it is submitted.
#[derive(Debug, Clone)]
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
    pub description: Note,
    /// Number of the receipt.
    pub reference: Option<Code>,
    /// What it was spent on.
    pub category_id: Option<Uuid>,
    /// The department that it is for; the member's own when absent.
    pub department_id: Option<Uuid>,
    /// The budget to charge.
    pub budget_id: Option<Uuid>,
    /// Who spent it, when finance enters it for another.
    pub member_id: Option<Uuid>,
}

impl Command for CreateExpense {
    type Output = Model;
    const ACTION: &'static str = "expense.create";

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

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

impl CreateExpense {
    /// The row, as the database will give it back.
    fn draft(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::EnterExpenses)?;
        let member_id = self.member_id.unwrap_or_else(|| cx.member_id());
        let own = member_id == cx.member_id();
        if !own {
            cx.require(Permission::EnterForOthers)?;
        }
        check_date(self.spent_on)?;
        let (rate, base_amount) = self
            .amount
            .convert(cx.base_currency()?, self.exchange_rate)?;
        let now = Utc::now().trunc_subsecs(6);
        Ok(Model {
            id: Uuid::now_v7(),
            member_id,
            department_id: self.department_id.or(cx.department_id().filter(|_| own)),
            category_id: self.category_id,
            budget_id: self.budget_id,
            spent_on: self.spent_on,
            merchant: self.merchant.as_str().to_owned(),
            description: self.description.as_str().to_owned(),
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
#[derive(Debug, Clone)]
pub struct UpdateExpense {
    /// The expense.
    pub id: Uuid,
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
    pub category_id: Option<Option<Uuid>>,
    /// The department that it is for.
    pub department_id: Option<Option<Uuid>>,
    /// The budget to charge.
    pub budget_id: Option<Option<Uuid>>,
}

impl Command for UpdateExpense {
    type Output = Model;
    const ACTION: &'static str = "expense.update";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let old = lock(cx, self.id, self.version, require_entry).await?;
        require_draft(&old)?;
        self.spent_on.map_or(Ok(()), check_date)?;
        let converted = self.convert(cx)?;
        let row = ActiveModel {
            id: Set(self.id),
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
            version: Set(old.version + 1),
            updated_at: Set(chrono::Utc::now()),
            ..Default::default()
        };
        let new = row.update(cx.db()).await?;
        budget::check_change(cx, Some(&old), Some(&new)).await?;
        Ok(new)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
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
pub fn check_change(cx: &Context, expense: &Model) -> Result<()> {
    require_entry(cx, expense)?;
    require_draft(expense)
}

fn require_draft(row: &Model) -> Result<()> {
    if row.status == ExpenseStatus::Draft {
        return Ok(());
    }
    Err(Error::conflict(
        "id",
        "Only a draft can be changed: withdraw a submitted expense first, or reopen a rejected one.",
    ))
}

/// Deletes a draft; what was ever decided on can be voided instead.
#[derive(Debug, Clone)]
pub struct DeleteExpense {
    /// The expense.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteExpense {
    type Output = Deleted;
    const ACTION: &'static str = "expense.delete";

    async fn run(&self, cx: &WriteContext) -> Result<Deleted> {
        let old = lock(cx, self.id, self.version, require_entry).await?;
        require_draft(&old)?;
        Entity::delete_by_id(old.id).exec(cx.db()).await?;
        budget::check_change(cx, Some(&old), None).await?;
        Ok(Deleted(self.id))
    }

    async fn recall(&self, _: &WriteContext, id: Uuid) -> Result<Deleted> {
        Ok(Deleted(id))
    }
}
