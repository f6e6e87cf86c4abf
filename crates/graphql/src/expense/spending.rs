//! Sums of expenses.

use async_graphql::{Context, Enum, Object, Result as FieldResult};
use chrono::NaiveDate;
use outlay_derive::fields;
use outlay_domain::{
    Result,
    entity::tenant::{CategoryId, DepartmentId, MemberId, spending},
    expense::{self, Dimension},
    read::{Fetch, Reading},
};
use rust_decimal::Decimal;

use crate::{
    category::Category,
    connection::PageInfo,
    context::ContextExt,
    department::Department,
    directive::cost,
    error::problem,
    member::Member,
    money::Money,
    relation::One,
    select::{self, Selection},
    value::Ready,
};

/// Dimensions that expenses can be grouped by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Dimension")]
pub enum SpendingDimension {
    /// The department that the expense is for.
    Department,
    /// The category.
    Category,
    /// The member who spent the money.
    Member,
    /// The merchant.
    Merchant,
    /// The calendar month of the purchase.
    Month,
}

/// The weight of an object that takes no statement of its own: one statement reads the groups and the rows that they refer
/// to.
const IN_MEMORY: &str = "0.1";

/// Expenses grouped by one or more dimensions and summed.
pub struct Spending(expense::Spending);

impl Spending {
    pub(super) fn new(spending: expense::Spending) -> Self {
        Self(spending)
    }

    /// The columns and relations to read for the selected fields of the groups.
    pub(super) fn fetch(ctx: &Context<'_>) -> Fetch {
        let mut reading = Reading::of_result::<spending::Row>();
        let covered = Selection::of_field(ctx).every(select::ANY, &mut |field, selection| {
            field != "rows" || select::read::<SpendingRow>(selection, &mut reading)
        });
        Fetch {
            alone: covered && select::is_whole_operation(ctx),
            ..Fetch::rows(reading)
        }
    }
}

/// Expenses grouped by one or more dimensions and summed.
#[Object]
impl Spending {
    /// Number of expenses in all groups, on this and other pages.
    async fn count(&self) -> i64 {
        self.0.count
    }

    /// Sum of the expenses in the organization's base currency.
    async fn total(&self, ctx: &Context<'_>) -> FieldResult<Money> {
        let snapshot = ctx.snapshot()?;
        Money::in_base(snapshot.cx(), self.0.total).map_err(|error| problem(&error))
    }

    /// Number of groups, on this and other pages.
    async fn row_count(&self) -> u64 {
        self.0.groups
    }

    /// The groups of this page, largest sum first.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    async fn rows(&self) -> Vec<Ready<SpendingRow>> {
        let rows = self.0.rows.iter();
        rows.map(|row| Ready(row.clone().into())).collect()
    }

    /// Position of this page in the list of all groups.
    async fn page_info(&self) -> PageInfo {
        let last = self.0.rows.len().checked_sub(1);
        PageInfo {
            has_next_page: self.0.has_next(),
            has_previous_page: self.0.has_previous(),
            start_cursor: last.map(|_| self.0.cursor(0)),
            end_cursor: last.map(|last| self.0.cursor(last)),
        }
    }
}

/// One group of expenses. A dimension that is not in `groupBy` is `null`. Department and category are also `null` for
/// expenses without one.
#[fields(spending, result)]
impl SpendingRow {
    /// The department.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    fn department(department_id: Option<DepartmentId>) -> One<Department> {
        department_id.into()
    }

    /// The category.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    fn category(category_id: Option<CategoryId>) -> One<Category> {
        category_id.into()
    }

    /// The member.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    fn member(member_id: Option<MemberId>) -> One<Member> {
        member_id.into()
    }

    /// The merchant, as spelled in the expenses.
    fn merchant(merchant: Option<&str>) -> Option<&str> {
        merchant
    }

    /// The calendar month, as YYYY-MM.
    fn month(month: Option<NaiveDate>) -> Option<String> {
        month.map(|day| day.format("%Y-%m").to_string())
    }

    /// Number of expenses.
    fn count(count: i64) -> i64 {
        count
    }

    /// Sum of the expenses in the organization's base currency.
    #[graphql(directive = cost::apply(IN_MEMORY.to_owned()))]
    fn total(cx: &outlay_domain::Context, total: Decimal) -> Result<Money> {
        Money::in_base(cx, total)
    }
}
