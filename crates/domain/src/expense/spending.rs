//! Spending: expenses summed by what they have in common.

use chrono::NaiveDate;
use outlay_entity::tenant::expense::{Column, Entity};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, FromQueryResult, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Func, Order, SimpleExpr},
};
use uuid::Uuid;

use super::{ExpenseFilter, list::select};
use crate::{Context, Error, Result};

/// The most groups that one answer holds.
const MAX_ROWS: u64 = 10_000;

/// What expenses are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
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

impl Dimension {
    fn expression(self) -> SimpleExpr {
        let column = |column: Column| Expr::col((Entity, column));
        match self {
            Self::Department => column(Column::DepartmentId),
            Self::Category => column(Column::CategoryId),
            Self::Member => column(Column::MemberId),
            Self::Merchant => column(Column::Merchant),
            Self::Month => {
                // As a timestamp without a zone: a date alone would be taken through the session's time zone.
                let month = Func::cust("date_trunc")
                    .arg(Expr::cust("'month'"))
                    .arg(column(Column::SpentOn).cast_as("timestamp"));
                Expr::expr(month).cast_as("date")
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Department => "department_id",
            Self::Category => "category_id",
            Self::Member => "member_id",
            Self::Merchant => "merchant",
            Self::Month => "month",
        }
    }
}

/// One group. What it was not grouped by is `None`; so is a department or category that its expenses lack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpendingRow {
    /// The department.
    pub department_id: Option<Uuid>,
    /// The category.
    pub category_id: Option<Uuid>,
    /// The member.
    pub member_id: Option<Uuid>,
    /// The merchant.
    pub merchant: Option<String>,
    /// The first day of the month.
    pub month: Option<NaiveDate>,
    /// How many expenses.
    pub count: i64,
    /// Their sum in base currency.
    pub total: Decimal,
}

/// All groups, the largest first, and what they add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spending {
    /// The groups.
    pub rows: Vec<SpendingRow>,
    /// How many expenses.
    pub count: i64,
    /// Their sum in base currency.
    pub total: Decimal,
}

/// Sums the expenses that the member may know of: one statement.
///
/// # Errors
/// `Invalid` for a dimension named twice, `LimitExceeded` for more than ten thousand groups.
pub async fn spending(cx: &Context, by: &[Dimension], filter: &ExpenseFilter) -> Result<Spending> {
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = by.iter().find(|dimension| !seen.insert(**dimension)) {
        return Err(Error::invalid(
            "groupBy",
            format!("{twice:?} is named twice."),
        ));
    }
    let mut query = select(cx, filter)
        .select_only()
        .column_as(Column::Id.count(), "count")
        .column_as(Column::BaseAmount.sum(), "total")
        .limit(MAX_ROWS + 1);
    for dimension in by {
        query = query
            .expr_as(dimension.expression(), dimension.name())
            .group_by(dimension.expression());
    }
    // The total first; then by the groups themselves, so that the same data always comes in the same order.
    query = query.order_by(Expr::col(Alias::new("total")), Order::Desc);
    for dimension in by {
        query = query.order_by(dimension.expression(), Order::Asc);
    }
    let rows = query.into_model::<Group>().all(cx.db()).await?;
    if rows.len() as u64 > MAX_ROWS {
        return Err(Error::LimitExceeded {
            field: Some("groupBy"),
            message: format!(
                "There are more than {MAX_ROWS} groups; narrow the filter or group by less."
            ),
        });
    }
    let rows: Vec<SpendingRow> = rows
        .into_iter()
        .map(|group| group.0)
        .filter(|row| row.count > 0)
        .collect();
    let count = rows.iter().map(|row| row.count).sum();
    let total = rows.iter().map(|row| row.total).sum();
    Ok(Spending { rows, count, total })
}

/// A row of the answer, in which only the columns grouped by are there.
struct Group(SpendingRow);

impl FromQueryResult for Group {
    fn from_query_result(
        row: &sea_orm::QueryResult,
        prefix: &str,
    ) -> std::result::Result<Self, sea_orm::DbErr> {
        let has = |dimension: Dimension| {
            row.column_names()
                .iter()
                .any(|name| name == dimension.name())
        };
        let id = |dimension: Dimension| -> std::result::Result<Option<Uuid>, sea_orm::DbErr> {
            if has(dimension) {
                row.try_get(prefix, dimension.name())
            } else {
                Ok(None)
            }
        };
        Ok(Self(SpendingRow {
            department_id: id(Dimension::Department)?,
            category_id: id(Dimension::Category)?,
            member_id: id(Dimension::Member)?,
            merchant: has(Dimension::Merchant)
                .then(|| row.try_get(prefix, "merchant"))
                .transpose()?,
            month: has(Dimension::Month)
                .then(|| row.try_get(prefix, "month"))
                .transpose()?,
            count: row.try_get(prefix, "count")?,
            total: row
                .try_get::<Option<Decimal>>(prefix, "total")?
                .unwrap_or_default(),
        }))
    }
}
