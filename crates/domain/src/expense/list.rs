//! Lists of expenses: filtered, ordered, paged by keyset; counted and summed when asked.

use chrono::NaiveDate;
use outlay_entity::{
    ByPosition, Cell,
    tenant::{
        ExpenseStatus,
        expense::{Column, Entity, Model},
    },
};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SimpleExpr, extension::postgres::PgExpr},
};
use uuid::Uuid;

use super::{
    related::{self, Reading, Related},
    visible,
};
use crate::{
    Context, Result,
    page::{self, Key, KeyKind, Ordering, Page, PageRequest},
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
    pub member_ids: Option<Vec<Uuid>>,
    /// For these departments.
    pub department_ids: Option<Vec<Uuid>>,
    /// In these categories.
    pub category_ids: Option<Vec<Uuid>>,
    /// Charged to these budgets.
    pub budget_ids: Option<Vec<Uuid>>,
    /// Made by these imports.
    pub import_ids: Option<Vec<Uuid>>,
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
    fn ordering(self) -> Ordering<Entity> {
        let (name, column, keys, kinds): (_, _, fn(&Model) -> Vec<Key>, _) = match self.field {
            ExpenseOrderField::SpentOn => (
                "SPENT_ON",
                Column::SpentOn,
                |row| vec![Key::Date(row.spent_on), Key::Id(row.id)],
                &[KeyKind::Date, KeyKind::Id],
            ),
            ExpenseOrderField::Amount => (
                "AMOUNT",
                Column::BaseAmount,
                |row| vec![Key::Decimal(row.base_amount), Key::Id(row.id)],
                &[KeyKind::Decimal, KeyKind::Id],
            ),
            ExpenseOrderField::Merchant => (
                "MERCHANT",
                Column::Merchant,
                |row| vec![Key::Text(row.merchant.clone()), Key::Id(row.id)],
                &[KeyKind::Text, KeyKind::Id],
            ),
            ExpenseOrderField::CreatedAt => (
                "CREATED_AT",
                Column::CreatedAt,
                |row| vec![Key::Time(row.created_at), Key::Id(row.id)],
                &[KeyKind::Time, KeyKind::Id],
            ),
        };
        Ordering {
            name,
            columns: vec![column, Column::Id],
            descending: self.descending,
            keys,
            kinds,
        }
    }
}

impl ExpenseFilter {
    fn condition(&self) -> Condition {
        let any =
            |column: Column, ids: &Option<Vec<Uuid>>| ids.as_deref().map(|ids| one_of(column, ids));
        Condition::all()
            .add_option(
                self.status
                    .as_deref()
                    .map(|status| one_of(Column::Status, status)),
            )
            .add_option(self.spent_on.map(|range| within(Column::SpentOn, range)))
            .add_option(self.amount.map(|range| within(Column::BaseAmount, range)))
            .add_option(any(Column::MemberId, &self.member_ids))
            .add_option(any(Column::DepartmentId, &self.department_ids))
            .add_option(any(Column::CategoryId, &self.category_ids))
            .add_option(any(Column::BudgetId, &self.budget_ids))
            .add_option(any(Column::ImportId, &self.import_ids))
            .add_option(
                self.merchant
                    .as_ref()
                    .map(|text| holds(Column::Merchant, text)),
            )
            .add_option(self.search.as_ref().map(|text| {
                [Column::Merchant, Column::Description, Column::Reference]
                    .into_iter()
                    .fold(Condition::any(), |any, column| any.add(holds(column, text)))
            }))
    }
}

/// One array parameter whatever the number of values, so that there is one statement to prepare; for a single value
/// an equality, so that an index that starts with the column keeps its order.
fn one_of<T>(column: Column, values: &[T]) -> SimpleExpr
where
    T: Copy + Into<sea_orm::Value> + sea_orm::sea_query::postgres_array::NotU8,
{
    match values {
        [only] => column.eq(*only),
        _ => column.eq_any(values.iter().copied()),
    }
}

fn within<T: Into<sea_orm::Value>>(column: Column, range: Range<T>) -> Condition {
    Condition::all()
        .add_option(range.from.map(|from| column.gte(from)))
        .add_option(range.to.map(|to| column.lte(to)))
}

fn holds(column: Column, text: &SearchText) -> SimpleExpr {
    Expr::col((Entity, column)).ilike(text.pattern())
}

pub(super) fn select(cx: &Context, filter: &ExpenseFilter) -> Select<Entity> {
    Entity::find()
        .filter(visible(cx))
        .filter(filter.condition())
}

/// A page of expenses with what was to be read together with it.
#[derive(Debug)]
pub struct Listed {
    /// The page.
    pub page: Page<Model>,
    /// How many there are in all, if they were to be counted and the page has any.
    pub count: Option<u64>,
    /// The rows that the page refers to.
    pub related: Related,
}

/// One page of the expenses that the member may know of: one statement.
///
/// # Errors
/// `Invalid` for a cursor of another list or order.
pub async fn list(
    cx: &Context,
    filter: &ExpenseFilter,
    order: ExpenseOrder,
    request: &PageRequest,
    reading: &Reading,
) -> Result<Listed> {
    let ordering = order.ordering();
    let mut expenses = select(cx, filter);
    if reading.counted {
        // Counted once a statement, and in the same snapshot as the page.
        let count = counted(cx, filter).into_query().into();
        expenses = expenses.expr_as(SimpleExpr::SubQuery(None, Box::new(count)), "count");
    }
    let expenses = page::statement(expenses, &ordering, request)?;
    let statement = related::join(expenses, &reading.relations, &ordering.clause(request));
    let rows = related::read(cx, statement, reading.alone).await?;

    let width = Model::COLUMNS.len();
    let count = match rows.first() {
        Some(row) if reading.counted => Some(i64::read(row, width)?),
        _ => None,
    };
    let mut related = Related::default();
    let mut expenses = Vec::with_capacity(rows.len());
    for row in &rows {
        related.keep(
            &reading.relations,
            row,
            width + usize::from(reading.counted),
        )?;
        expenses.push(Model::by_position(row, 0)?);
    }
    Ok(Listed {
        page: page::page(expenses, &ordering, request)?,
        count: count.map(|count| u64::try_from(count).unwrap_or_default()),
        related,
    })
}

fn counted(cx: &Context, filter: &ExpenseFilter) -> Select<Entity> {
    select(cx, filter)
        .select_only()
        .expr_as(Expr::cust("count(*)"), "count")
}

/// How many expenses the filter lets through.
///
/// # Errors
/// The database's own.
pub async fn count(cx: &Context, filter: &ExpenseFilter) -> Result<u64> {
    // Not one(): its LIMIT keeps the plan from being reused, see `page::statement`.
    let counts: Vec<i64> = counted(cx, filter).into_tuple().all(cx.db()).await?;
    let count = counts.first().copied().unwrap_or_default();
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The sum of the expenses that the filter lets through, in base currency.
///
/// # Errors
/// The database's own.
pub async fn total(cx: &Context, filter: &ExpenseFilter) -> Result<Decimal> {
    let summed = select(cx, filter)
        .select_only()
        .column_as(Column::BaseAmount.sum(), "total");
    let total: Option<Option<Decimal>> = summed.into_tuple().one(cx.db()).await?;
    Ok(total.flatten().unwrap_or_default())
}
