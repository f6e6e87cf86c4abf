//! Filter conditions and orders of expenses.

use async_graphql::{Enum, InputObject};
use outlay_domain::{
    Result,
    expense::{self, Range},
};

use super::ExpenseStatus;
use crate::{
    filter::IdFilter,
    input::Parse,
    scalar::{Date, Decimal},
};

/// Conditions on expenses, joined by AND.
#[derive(InputObject, Debug, Default)]
pub struct ExpenseFilter {
    /// Status.
    status: Option<ExpenseStatusFilter>,
    /// Day of the purchase.
    spent_on: Option<DateRange>,
    /// Amount in the organization's base currency.
    amount: Option<DecimalRange>,
    /// Member who spent it.
    member_id: Option<IdFilter>,
    /// Department.
    department_id: Option<IdFilter>,
    /// Category.
    category_id: Option<IdFilter>,
    /// Budget charged.
    budget_id: Option<IdFilter>,
    /// Import that created them.
    import_id: Option<IdFilter>,
    /// Name of the merchant.
    merchant: Option<TextFilter>,
    /// Text contained in merchant, description or reference, regardless of case. 1 to 200 characters.
    search: Option<String>,
}

/// A condition on a status.
#[derive(InputObject, Debug)]
pub struct ExpenseStatusFilter {
    /// One of these.
    r#in: Vec<ExpenseStatus>,
}

/// A condition on a text.
#[derive(InputObject, Debug)]
pub struct TextFilter {
    /// Text that it contains, regardless of case. 1 to 200 characters.
    contains: String,
}

/// A range of days. Both ends are included; an omitted end is unlimited.
#[derive(InputObject, Debug)]
pub struct DateRange {
    /// First day.
    from: Option<Date>,
    /// Last day.
    to: Option<Date>,
}

/// A range of numbers. Both ends are included; an omitted end is unlimited.
#[derive(InputObject, Debug)]
pub struct DecimalRange {
    /// Minimum.
    from: Option<Decimal>,
    /// Maximum.
    to: Option<Decimal>,
}

impl ExpenseFilter {
    pub(super) fn parse(self) -> Result<expense::ExpenseFilter> {
        let statuses =
            |filter: ExpenseStatusFilter| filter.r#in.into_iter().map(Into::into).collect();
        let merchant = self.merchant.map(|filter| filter.contains);
        Ok(expense::ExpenseFilter {
            status: self.status.map(statuses),
            spent_on: self.spent_on.map(|range| Range {
                from: range.from.map(|day| day.0),
                to: range.to.map(|day| day.0),
            }),
            amount: self.amount.map(|range| Range {
                from: range.from.map(|amount| amount.0),
                to: range.to.map(|amount| amount.0),
            }),
            member_ids: self.member_id.parse("filter.memberId")?,
            department_ids: self.department_id.parse("filter.departmentId")?,
            category_ids: self.category_id.parse("filter.categoryId")?,
            budget_ids: self.budget_id.parse("filter.budgetId")?,
            import_ids: self.import_id.parse("filter.importId")?,
            merchant: merchant.parse("filter.merchant.contains")?,
            search: self.search.parse("filter.search")?,
        })
    }
}

/// Fields that expenses can be ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "expense::ExpenseOrderField")]
pub enum ExpenseOrderField {
    /// The day of the purchase.
    SpentOn,
    /// The amount in the organization's base currency.
    Amount,
    /// The merchant's name.
    Merchant,
    /// Time of creation.
    CreatedAt,
}

/// Direction of an order.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderDirection {
    /// Smallest or oldest first.
    Asc,
    /// Largest or newest first.
    Desc,
}

/// An order of expenses. Ties are broken by the time of creation.
#[derive(InputObject, Debug, Clone, Copy)]
pub struct ExpenseOrder {
    /// The field to order by.
    field: ExpenseOrderField,
    /// The direction.
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
