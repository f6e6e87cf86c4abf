//! Accounts: the sources of funds that budgets are paid from.

use outlay_entity::tenant::{
    AccountId,
    account::{ActiveModel, Entity, Model, Row},
};
use sea_orm::{ActiveValue::Set, Condition};
use serde::Serialize;

use crate::{
    Action, Command, Context, Deletable, Result, WriteContext, budget,
    noun::{Noun, Unique, Visible},
    page::{Order, Page, PageRequest, keys},
    permission::Permission,
    read::{self, Fetch},
    value::{Money, Name},
    write::{self, set},
};

impl Noun for Entity {
    const NAME: &'static str = "account";
    const MANAGE: Permission = Permission::ManageBooks;
    const UNIQUE: &'static [Unique] = &[Unique {
        constraint: "account_name_key",
        field: Some("name"),
        message: "Another account has this name; choose a different one.",
    }];

    fn visible(cx: &Context) -> Visible {
        Visible::with(cx, Permission::ReadAccounts)
    }

    fn derived(column: &str, alias: &str) -> String {
        debug_assert_eq!(column, "charged");
        budget::charged_to_account(alias)
    }
}

impl Deletable for Entity {
    const DELETE: Action = Action::AccountDelete;
}

/// Lists accounts by name.
///
/// # Errors
/// `Forbidden` for callers who may not see accounts, `Invalid` for a cursor of another list.
pub async fn list(cx: &Context, request: &PageRequest, fetch: &Fetch) -> Result<Page<Row>> {
    cx.require(Permission::ReadAccounts)?;
    let order = Order::by("NAME", keys![Row: name Text]);
    read::list::<Entity>(cx, &Condition::all(), order, request, fetch).await
}

/// Creates an account.
#[derive(Debug, Clone, Serialize)]
pub struct CreateAccount {
    /// Name, unique regardless of case.
    pub name: Name,
    /// Balance before the first charge, in base currency; negative when overdrawn.
    pub opening_balance: Money,
}

impl Command for CreateAccount {
    type Output = Model;
    const ACTION: Action = Action::AccountCreate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let base = cx.base_currency()?;
        let row = ActiveModel {
            name: Set(self.name.clone().into()),
            opening_balance: Set(self.opening_balance.in_base("openingBalance", base)?),
            ..Default::default()
        };
        write::insert::<Entity>(cx, row).await
    }
}

/// Changes an account; `None` leaves a value unchanged.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateAccount {
    /// The account.
    pub id: AccountId,
    /// The version that the caller has read.
    pub version: i32,
    /// Name.
    pub name: Option<Name>,
    /// Balance before the first charge, in base currency.
    pub opening_balance: Option<Money>,
}

impl Command for UpdateAccount {
    type Output = Model;
    const ACTION: Action = Action::AccountUpdate;

    async fn run(&self, cx: &WriteContext) -> Result<Model> {
        let base = cx.base_currency()?;
        let opening_balance = self
            .opening_balance
            .map(|money| money.in_base("openingBalance", base))
            .transpose()?;
        let old = write::lock::<Entity>(cx, self.id, self.version).await?;
        let change = ActiveModel {
            name: set(self.name.clone()),
            opening_balance: set(opening_balance),
            ..Default::default()
        };
        write::update::<Entity>(cx, &old, change).await
    }
}
