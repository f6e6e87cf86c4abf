//! Sums of expenses.

use async_graphql::{Context, Enum, Object};
use outlay_domain::{
    expense::{self, Dimension},
    value::Currency,
};

use crate::{
    category::Category, connection::PageInfo, department::Department, directive::cost,
    error::Answer, loader, member::Member, money::Money,
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
    /// The number of expenses, in the groups of all pages.
    async fn count(&self) -> i64 {
        self.spending.count
    }

    /// Their sum in the organization's base currency.
    async fn total(&self) -> Money {
        Money::new(self.spending.total, self.base)
    }

    /// How many groups there are, on all pages.
    async fn row_count(&self) -> u64 {
        self.spending.groups
    }

    /// The groups of this page, the largest sum first.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
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

    /// The position of this page in the list of all groups.
    async fn page_info(&self) -> PageInfo {
        let spending = &self.spending;
        let last = spending.rows.len().checked_sub(1);
        PageInfo {
            has_next_page: spending.has_next(),
            has_previous_page: spending.has_previous(),
            start_cursor: last.map(|_| spending.cursor(0)),
            end_cursor: last.map(|last| spending.cursor(last)),
        }
    }
}

/// The weight of an object that takes no statement of its own: the groups come from one statement, and what they have in
/// common from one for each dimension.
const IN_MEMORY: &str = "0.1";

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
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    async fn department(&self, ctx: &Context<'_>) -> Answer<Department> {
        loader::department(ctx, self.row.department_id).await
    }

    /// The category.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    async fn category(&self, ctx: &Context<'_>) -> Answer<Category> {
        loader::category(ctx, self.row.category_id).await
    }

    /// The member.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
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
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    async fn total(&self) -> Money {
        Money::new(self.row.total, self.base)
    }
}
