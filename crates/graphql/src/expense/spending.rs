//! Sums of expenses.

use async_graphql::{Context, Enum, Object};
use outlay_domain::{
    expense::{self, Dimension},
    value::Currency,
};

use crate::{
    category::Category, department::Department, error::Answer, loader, member::Member, money::Money,
};

/// What expenses can be grouped by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Dimension")]
pub enum SpendingDimension {
    /// The department that the money was for.
    Department,
    /// What it was spent on.
    Category,
    /// Who spent it.
    Member,
    /// Who was paid.
    Merchant,
    /// The calendar month of the purchase.
    Month,
}

/// Expenses summed by what they have in common.
pub struct Spending {
    spending: expense::Spending,
    base: Currency,
}

impl Spending {
    pub(super) fn new(spending: expense::Spending, base: Currency) -> Self {
        Self { spending, base }
    }
}

/// Expenses summed by what they have in common.
#[Object]
impl Spending {
    /// How many expenses there are in all groups.
    async fn count(&self) -> i64 {
        self.spending.count
    }

    /// Their sum in the organization's base currency.
    async fn total(&self) -> Money {
        Money::new(self.spending.total, self.base)
    }

    /// The groups, the largest sum first.
    async fn rows(&self) -> Vec<SpendingRow<'_>> {
        self.spending
            .rows
            .iter()
            .map(|row| SpendingRow {
                row,
                base: self.base,
            })
            .collect()
    }
}

/// One group of expenses. What it was not grouped by is null; so are a department and a category that its expenses
/// do not have.
pub struct SpendingRow<'a> {
    row: &'a expense::SpendingRow,
    base: Currency,
}

/// One group of expenses. What it was not grouped by is null; so are a department and a category that its expenses
/// do not have.
#[Object]
impl SpendingRow<'_> {
    /// The department.
    async fn department(&self, ctx: &Context<'_>) -> Answer<Department> {
        loader::department(ctx, self.row.department_id).await
    }

    /// The category.
    async fn category(&self, ctx: &Context<'_>) -> Answer<Category> {
        loader::category(ctx, self.row.category_id).await
    }

    /// The member.
    async fn member(&self, ctx: &Context<'_>) -> Answer<Member> {
        loader::member(ctx, self.row.member_id).await
    }

    /// The merchant, as it was spelled.
    async fn merchant(&self) -> Option<&str> {
        self.row.merchant.as_deref()
    }

    /// The calendar month, as YYYY-MM.
    async fn month(&self) -> Option<String> {
        self.row.month.map(|day| day.format("%Y-%m").to_string())
    }

    /// How many expenses.
    async fn count(&self) -> i64 {
        self.row.count
    }

    /// Their sum in the organization's base currency.
    async fn total(&self) -> Money {
        Money::new(self.row.total, self.base)
    }
}
