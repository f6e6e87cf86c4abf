//! Accounts: sources of funds, which budgets are paid from.

use std::collections::HashMap;

use outlay_entity::tenant::{
    account::{ActiveModel, Column, Entity, Model},
    budget, expense,
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::{
    Command, Context, Result, WriteContext,
    budget::charged_sum,
    page::{self, Key, Ordering, Page, PageRequest},
    permission::Permission,
    value::{Money, Name},
    write::{self, Deleted, set},
};

const NOUN: &str = "account";

/// Accounts by name.
///
/// # Errors
/// `Forbidden` for those who do not see funds, `Invalid` for a cursor that is none.
pub async fn list(cx: &Context, request: &PageRequest) -> Result<Page<Model>> {
    cx.require(Permission::ReadAccounts)?;
    let ordering = Ordering::<Entity>::by_name(Column::Name, Column::Id, |row| {
        vec![Key::Text(row.name.clone()), Key::Id(row.id)]
    });
    page::fetch(cx.db(), Entity::find(), &ordering, request).await
}

/// How many accounts there are.
///
/// # Errors
/// `Forbidden` for those who do not see funds.
pub async fn count(cx: &Context) -> Result<u64> {
    cx.require(Permission::ReadAccounts)?;
    Ok(Entity::find().count(cx.db()).await?)
}

/// The accounts of these ids that there are, in no order; none for those who do not see funds.
///
/// # Errors
/// The database's own.
pub async fn find_many(cx: &Context, ids: &[Uuid]) -> Result<Vec<Model>> {
    if !cx.can(Permission::ReadAccounts) {
        return Ok(Vec::new());
    }
    page::by_ids(cx.db(), Entity::find(), Column::Id, ids).await
}

/// The amount charged to the budgets of each account, in base currency. Accounts without expenses are absent.
///
/// # Errors
/// The database's own.
pub async fn charged(cx: &Context, ids: &[Uuid]) -> Result<HashMap<Uuid, Decimal>> {
    if !cx.can(Permission::ReadAccounts) {
        return Ok(HashMap::new());
    }
    // Written from the budgets' side, so that each account reads its own budgets' expenses by their index.
    let sums: Vec<(Uuid, Decimal)> = budget::Entity::find()
        .select_only()
        .column(budget::Column::AccountId)
        .expr_as(charged_sum(), "charged")
        .join(
            sea_orm::JoinType::InnerJoin,
            budget::Entity::belongs_to(expense::Entity)
                .from(budget::Column::Id)
                .to(expense::Column::BudgetId)
                .into(),
        )
        .filter(budget::Column::AccountId.eq_any(ids.iter().copied()))
        .group_by(budget::Column::AccountId)
        .into_tuple()
        .all(cx.db())
        .await?;
    Ok(sums.into_iter().collect())
}

/// A new account.
#[derive(Debug, Clone)]
pub struct CreateAccount {
    /// Its name, unique whatever the case.
    pub name: Name,
    /// What it holds at first, in the base currency; below zero when overdrawn.
    pub opening_balance: Money,
}

impl Command for CreateAccount {
    type Output = Model;
    const ACTION: &'static str = "account.create";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let opening_balance = self
            .opening_balance
            .in_base("openingBalance", cx.base_currency()?)?;
        let row = ActiveModel {
            id: Set(Uuid::now_v7()),
            name: Set(self.name.as_str().to_owned()),
            opening_balance: Set(opening_balance),
            ..Default::default()
        };
        Ok(row.insert(cx.db()).await?)
    }

    async fn recall(&self, cx: &WriteContext, id: Uuid) -> Result<Model> {
        write::recall::<Entity>(cx, NOUN, id).await
    }
}

/// A change of an account; `None` leaves a value as it is.
#[derive(Debug, Clone)]
pub struct UpdateAccount {
    /// The account.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
    /// Its name.
    pub name: Option<Name>,
    /// What it held at first.
    pub opening_balance: Option<Money>,
}

impl Command for UpdateAccount {
    type Output = Model;
    const ACTION: &'static str = "account.update";

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        cx.require(Permission::ManageBooks)?;
        let base = cx.base_currency()?;
        let opening_balance = self
            .opening_balance
            .map(|money| money.in_base("openingBalance", base))
            .transpose()?;
        let old = write::lock::<Entity>(cx, NOUN, self.id, self.version).await?;
        let row = ActiveModel {
            id: Set(self.id),
            name: set(self.name.clone()),
            opening_balance: set(opening_balance),
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

/// Deletes an account that no budget is paid from.
#[derive(Debug, Clone)]
pub struct DeleteAccount {
    /// The account.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub version: i32,
}

impl Command for DeleteAccount {
    type Output = Deleted;
    const ACTION: &'static str = "account.delete";

    async fn run(&self, cx: &WriteContext) -> Result<Deleted> {
        cx.require(Permission::ManageBooks)?;
        write::delete::<Entity>(cx, NOUN, self.id, self.version).await
    }

    async fn recall(&self, _: &WriteContext, id: Uuid) -> Result<Deleted> {
        Ok(Deleted(id))
    }
}
