//! Which expenses, and in what order.

use async_graphql::{Enum, InputObject};
use outlay_domain::{
    Result,
    expense::{self, Range},
    value::SearchText,
};

use super::ExpenseStatus;
use crate::{
    filter::IdFilter,
    id::Kind,
    scalar::{Date, Decimal},
};

/// Which expenses; conditions are joined by AND.
#[derive(InputObject, Debug, Default)]
pub struct ExpenseFilter {
    /// By where they stand.
    status: Option<ExpenseStatusFilter>,
    /// By the day of the purchase.
    spent_on: Option<DateRange>,
    /// By the amount in the organization's base currency.
    amount: Option<DecimalRange>,
    /// By who spent it.
    member_id: Option<IdFilter>,
    /// By department.
    department_id: Option<IdFilter>,
    /// By category.
    category_id: Option<IdFilter>,
    /// By the budget charged.
    budget_id: Option<IdFilter>,
    /// By the import that made them.
    import_id: Option<IdFilter>,
    /// By the merchant's name.
    merchant: Option<TextFilter>,
    /// With this in merchant, description or reference, whatever the case.
    search: Option<String>,
}

/// One of some states.
#[derive(InputObject, Debug)]
pub struct ExpenseStatusFilter {
    /// In one of these.
    r#in: Vec<ExpenseStatus>,
}

/// A condition on a text.
#[derive(InputObject, Debug)]
pub struct TextFilter {
    /// It holds this, whatever the case.
    contains: String,
}

/// From one day to another, both included.
#[derive(InputObject, Debug)]
pub struct DateRange {
    /// The first day.
    from: Option<Date>,
    /// The last day.
    to: Option<Date>,
}

/// From one number to another, both included.
#[derive(InputObject, Debug)]
pub struct DecimalRange {
    /// The smallest.
    from: Option<Decimal>,
    /// The largest.
    to: Option<Decimal>,
}

impl ExpenseFilter {
    pub(super) fn parse(&self) -> Result<expense::ExpenseFilter> {
        let ids = |kind: Kind, field: &str, filter: &Option<IdFilter>| {
            filter
                .as_ref()
                .map(|filter| filter.parse(kind, &format!("filter.{field}")))
                .transpose()
        };
        let text = |field: &str, text: Option<&String>| {
            text.map(|text| SearchText::parse(&format!("filter.{field}"), text))
                .transpose()
        };
        Ok(expense::ExpenseFilter {
            status: self
                .status
                .as_ref()
                .map(|status| status.r#in.iter().map(|one| (*one).into()).collect()),
            spent_on: self.spent_on.as_ref().map(|range| Range {
                from: range.from.map(|day| day.0),
                to: range.to.map(|day| day.0),
            }),
            amount: self.amount.as_ref().map(|range| Range {
                from: range.from.map(|amount| amount.0),
                to: range.to.map(|amount| amount.0),
            }),
            member_ids: ids(Kind::Member, "memberId", &self.member_id)?,
            department_ids: ids(Kind::Department, "departmentId", &self.department_id)?,
            category_ids: ids(Kind::Category, "categoryId", &self.category_id)?,
            budget_ids: ids(Kind::Budget, "budgetId", &self.budget_id)?,
            import_ids: ids(Kind::Import, "importId", &self.import_id)?,
            merchant: text(
                "merchant.contains",
                self.merchant.as_ref().map(|merchant| &merchant.contains),
            )?,
            search: text("search", self.search.as_ref())?,
        })
    }
}

/// What expenses can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "expense::ExpenseOrderField")]
pub enum ExpenseOrderField {
    /// The day of the purchase.
    SpentOn,
    /// The amount in the organization's base currency.
    Amount,
    /// The merchant's name.
    Merchant,
    /// When it was entered.
    CreatedAt,
}

/// Which way a list runs.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderDirection {
    /// The smallest or oldest first.
    Asc,
    /// The largest or newest first.
    Desc,
}

/// An order of expenses; ties are broken by when they were entered.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct ExpenseOrder {
    /// What by.
    field: ExpenseOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl From<ExpenseOrder> for expense::ExpenseOrder {
    fn from(order: ExpenseOrder) -> Self {
        Self {
            field: order.field.into(),
            descending: order.direction == OrderDirection::Desc,
        }
    }
}
