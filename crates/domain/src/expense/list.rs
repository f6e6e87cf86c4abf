//! Lists of expenses: filtered, ordered, paged by keyset; counted and summed when asked.

use chrono::NaiveDate;
use outlay_entity::tenant::{
    BudgetId, CategoryId, DepartmentId, ExpenseStatus, ImportId, MemberId,
    expense::{Column, Entity, Row},
};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, SimpleExpr, extension::postgres::PgExpr},
};

use crate::{
    Context, Result,
    page::{Order, Page, PageRequest, keys},
    read::{self, Fetch},
    value::SearchText,
};

/// From one value to another, both included, each optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range<T> {
    /// The smallest.
    pub from: Option<T>,
    /// The largest.
    pub to: Option<T>,
}

/// Which expenses; conditions are joined by AND, what a list holds by OR.
#[derive(Debug, Clone, Default)]
pub struct ExpenseFilter {
    /// In one of these states.
    pub status: Option<Vec<ExpenseStatus>>,
    /// Spent on these days.
    pub spent_on: Option<Range<NaiveDate>>,
    /// Of this amount in base currency.
    pub amount: Option<Range<Decimal>>,
    /// Of these members.
    pub member_ids: Option<Vec<MemberId>>,
    /// For these departments.
    pub department_ids: Option<Vec<DepartmentId>>,
    /// In these categories.
    pub category_ids: Option<Vec<CategoryId>>,
    /// Charged to these budgets.
    pub budget_ids: Option<Vec<BudgetId>>,
    /// Made by these imports.
    pub import_ids: Option<Vec<ImportId>>,
    /// Paid to a merchant whose name holds this, whatever the case.
    pub merchant: Option<SearchText>,
    /// With this in merchant, description or reference, whatever the case.
    pub search: Option<SearchText>,
}

/// What expenses are ordered by; ties are broken by when they were entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpenseOrderField {
    /// Day of the purchase.
    SpentOn,
    /// Amount in base currency.
    Amount,
    /// The merchant's name.
    Merchant,
    /// When it was entered.
    CreatedAt,
}

/// An order and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpenseOrder {
    /// What by.
    pub field: ExpenseOrderField,
    /// Largest first.
    pub descending: bool,
}

impl Default for ExpenseOrder {
    /// The newest purchase first.
    fn default() -> Self {
        Self {
            field: ExpenseOrderField::SpentOn,
            descending: true,
        }
    }
}

impl ExpenseOrder {
    fn order(self) -> Order<Row> {
        let order = match self.field {
            ExpenseOrderField::SpentOn => Order::by("SPENT_ON", keys![Row: spent_on Date]),
            ExpenseOrderField::Amount => Order::by("AMOUNT", keys![Row: base_amount Decimal]),
            ExpenseOrderField::Merchant => Order::by("MERCHANT", keys![Row: merchant Text]),
            ExpenseOrderField::CreatedAt => Order::by("CREATED_AT", keys![Row: created_at Time]),
        };
        if self.descending {
            order.descending()
        } else {
            order
        }
    }
}

impl ExpenseFilter {
    fn condition(&self) -> Condition {
        let search = |text: &SearchText| {
            [Column::Merchant, Column::Description, Column::Reference]
                .into_iter()
                .fold(Condition::any(), |any, column| any.add(holds(column, text)))
        };
        Condition::all()
            .add_option(one_of(Column::Status, self.status.as_deref()))
            .add_option(self.spent_on.map(|range| within(Column::SpentOn, range)))
            .add_option(self.amount.map(|range| within(Column::BaseAmount, range)))
            .add_option(one_of(Column::MemberId, self.member_ids.as_deref()))
            .add_option(one_of(Column::DepartmentId, self.department_ids.as_deref()))
            .add_option(one_of(Column::CategoryId, self.category_ids.as_deref()))
            .add_option(one_of(Column::BudgetId, self.budget_ids.as_deref()))
            .add_option(one_of(Column::ImportId, self.import_ids.as_deref()))
            .add_option(
                self.merchant
                    .as_ref()
                    .map(|text| holds(Column::Merchant, text)),
            )
            .add_option(self.search.as_ref().map(search))
    }
}

/// One array parameter whatever the number of values, so that there is one statement to prepare; for a single value
/// an equality, so that an index that starts with the column keeps its order.
fn one_of<T>(column: Column, values: Option<&[T]>) -> Option<SimpleExpr>
where
    T: Copy
        + Into<sea_orm::Value>
        + sea_orm::sea_query::ValueType
        + sea_orm::sea_query::postgres_array::NotU8,
{
    Some(match values? {
        [only] => column.eq(*only),
        values => column.eq_any(values.iter().copied()),
    })
}

fn within<T: Into<sea_orm::Value>>(column: Column, range: Range<T>) -> Condition {
    Condition::all()
        .add_option(range.from.map(|from| column.gte(from)))
        .add_option(range.to.map(|to| column.lte(to)))
}

fn holds(column: Column, text: &SearchText) -> SimpleExpr {
    Expr::col((Entity, column)).ilike(text.pattern())
}

/// One page of the expenses that the caller may see: one statement.
///
/// # Errors
/// `Invalid` for a cursor of another list or order.
pub async fn list(
    cx: &Context,
    filter: &ExpenseFilter,
    order: ExpenseOrder,
    request: &PageRequest,
    fetch: &Fetch,
) -> Result<Page<Row>> {
    read::list::<Entity>(cx, &filter.condition(), order.order(), request, fetch).await
}

/// The sum of the expenses that the filter lets through, in base currency.
///
/// # Errors
/// The database's own.
pub async fn total(cx: &Context, filter: &ExpenseFilter) -> Result<Decimal> {
    let Some(select) = select(cx, filter) else {
        return Ok(Decimal::ZERO);
    };
    let summed = select
        .select_only()
        .column_as(Column::BaseAmount.sum(), "total");
    let totals: Vec<Option<Decimal>> = summed.into_tuple().all(cx.db()).await?;
    Ok(totals.into_iter().flatten().sum())
}

/// The expenses that the caller may see and that the filter lets through.
pub(super) fn select(cx: &Context, filter: &ExpenseFilter) -> Option<Select<Entity>> {
    read::visible::<Entity>(cx).map(|visible| visible.filter(filter.condition()))
}
