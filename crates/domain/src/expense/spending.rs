//! Spending: expenses summed by what they have in common.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::NaiveDate;
use outlay_entity::tenant::expense::{Column, Entity};
use rust_decimal::Decimal;
use sea_orm::{
    FromQueryResult, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Func, Order, SimpleExpr},
};
use uuid::Uuid;

use super::{ExpenseFilter, list::select};
use crate::{Context, Error, Result};

/// The most groups on one page.
pub const MAX_GROUPS: u64 = 1_000;

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

/// Which groups to return, of all in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupRange {
    /// How many; none asks for all, as long as one page holds them.
    first: Option<u64>,
    /// How many groups come before them.
    offset: u32,
}

/// The name in a cursor of this list.
const CURSOR: &str = "SPENDING";

impl GroupRange {
    /// Reads the arguments `first` and `after`.
    ///
    /// # Errors
    /// `Invalid` unless `first` is from 1 to [`MAX_GROUPS`] and `after` is a cursor of this list.
    pub fn parse(first: Option<i32>, after: Option<&str>) -> Result<Self> {
        let count = |first| {
            let count = u64::try_from(first).ok();
            let count = count.filter(|count| (1..=MAX_GROUPS).contains(count));
            count
                .ok_or_else(|| Error::invalid("first", format!("first is from 1 to {MAX_GROUPS}.")))
        };
        Ok(Self {
            first: first.map(count).transpose()?,
            offset: after.map(offset).transpose()?.unwrap_or_default(),
        })
    }
}

fn offset(cursor: &str) -> Result<u32> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = json.and_then(|json| serde_json::from_slice::<(String, u32)>(&json).ok());
    match place {
        Some((name, offset)) if name == CURSOR => Ok(offset),
        _ => Err(Error::invalid(
            "after",
            "This is not a cursor of spending; start again.",
        )),
    }
}

/// A page of groups, the largest first, and what all groups add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spending {
    /// The groups of this page.
    pub rows: Vec<SpendingRow>,
    /// How many groups there are, on all pages.
    pub groups: u64,
    /// How many expenses, in all groups.
    pub count: i64,
    /// Their sum in base currency.
    pub total: Decimal,
    offset: u32,
}

impl Spending {
    /// Whether there are groups before this page.
    #[must_use]
    pub fn has_previous(&self) -> bool {
        self.offset > 0
    }

    /// Whether there are groups after this page.
    #[must_use]
    pub fn has_next(&self) -> bool {
        u64::from(self.offset) + (self.rows.len() as u64) < self.groups
    }

    /// The cursor of the row at this index of the page.
    #[must_use]
    pub fn cursor(&self, index: usize) -> String {
        let place = u64::from(self.offset) + index as u64 + 1;
        BASE64_URL_SAFE_NO_PAD.encode(format!("[\"{CURSOR}\",{place}]"))
    }
}

/// Sums the expenses that the member may see: one statement, which returns no more groups than the page has.
///
/// # Errors
/// `Invalid` for a dimension named twice, `LimitExceeded` for more than [`MAX_GROUPS`] groups without `first`.
pub async fn spending(
    cx: &Context,
    by: &[Dimension],
    filter: &ExpenseFilter,
    range: GroupRange,
) -> Result<Spending> {
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = by.iter().find(|dimension| !seen.insert(**dimension)) {
        return Err(Error::invalid(
            "groupBy",
            format!("{twice:?} is named twice."),
        ));
    }
    let mut groups = read(cx, by, filter, range).await?;
    if groups.is_empty() && range.offset > 0 {
        // Beyond the last group no row carries the sums of all.
        let first = GroupRange {
            first: Some(1),
            offset: 0,
        };
        groups = read(cx, by, filter, first).await?;
        for group in &mut groups {
            group.row.count = 0;
        }
    }
    let all = groups.first().map(|group| group.all).unwrap_or_default();
    if range.first.is_none() && all.groups > MAX_GROUPS {
        return Err(Error::LimitExceeded {
            field: Some("first"),
            message: format!(
                "There are {} groups, and at most {MAX_GROUPS} are returned at once: page through them with first and \
                 after, narrow the filter, or group by less.",
                all.groups
            ),
        });
    }
    let rows = groups.into_iter().map(|group| group.row);
    Ok(Spending {
        rows: rows.filter(|row| row.count > 0).collect(),
        // Without a dimension there is one group, even of no expenses.
        groups: if all.count > 0 { all.groups } else { 0 },
        count: all.count,
        total: all.total,
        offset: range.offset,
    })
}

async fn read(
    cx: &Context,
    by: &[Dimension],
    filter: &ExpenseFilter,
    range: GroupRange,
) -> Result<Vec<Group>> {
    let count = || Expr::col((Entity, Column::Id)).count();
    let total = || Expr::col((Entity, Column::BaseAmount)).sum();
    let mut query = select(cx, filter)
        .select_only()
        .expr_as(count(), "count")
        .expr_as(total(), "total")
        // Over all groups: PostgreSQL computes windows before it applies the limit.
        .expr_as(Expr::cust("COUNT(*) OVER ()"), "groups")
        .expr_as(
            Expr::cust_with_expr("CAST(SUM($1) OVER () AS bigint)", count()),
            "all_count",
        )
        .expr_as(
            Expr::cust_with_expr("SUM($1) OVER ()", total()),
            "all_total",
        )
        .limit(range.first.unwrap_or(MAX_GROUPS))
        .offset(u64::from(range.offset));
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
    Ok(query.into_model::<Group>().all(cx.db()).await?)
}

/// A row of the result, which has the columns of the dimensions asked for and no others.
struct Group {
    row: SpendingRow,
    all: All,
}

/// What all groups add up to.
#[derive(Debug, Clone, Copy, Default)]
struct All {
    groups: u64,
    count: i64,
    total: Decimal,
}

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
        let sum = |name: &str| -> std::result::Result<Decimal, sea_orm::DbErr> {
            let sum: Option<Decimal> = row.try_get(prefix, name)?;
            Ok(sum.unwrap_or_default())
        };
        let groups: i64 = row.try_get(prefix, "groups")?;
        let all = All {
            groups: u64::try_from(groups).unwrap_or_default(),
            count: row.try_get(prefix, "all_count")?,
            total: sum("all_total")?,
        };
        let row = SpendingRow {
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
            total: sum("total")?,
        };
        Ok(Self { row, all })
    }
}

#[cfg(test)]
mod tests {
    use super::{GroupRange, Spending};

    #[test]
    fn a_page_begins_after_its_cursor() {
        let page = Spending {
            offset: 20,
            ..Spending::default()
        };
        let range = GroupRange::parse(Some(10), Some(&page.cursor(9)));
        let expected = GroupRange {
            first: Some(10),
            offset: 30,
        };
        assert_eq!(range.ok(), Some(expected));
        assert_eq!(
            GroupRange::parse(None, None).ok(),
            Some(GroupRange::default())
        );
    }

    #[test]
    fn other_arguments_are_rejected() {
        let forged = |json: &str| {
            use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
            BASE64_URL_SAFE_NO_PAD.encode(json)
        };
        for (first, after, field) in [
            (Some(0), None, "first"),
            (Some(-1), None, "first"),
            (Some(1_001), None, "first"),
            (None, Some(String::new()), "after"),
            (None, Some(forged("[\"SPENT_ON\",1]")), "after"),
            (None, Some(forged("[\"SPENDING\",-1]")), "after"),
            (None, Some(forged("[\"SPENDING\",5000000000]")), "after"),
        ] {
            let error = GroupRange::parse(first, after.as_deref()).expect_err("rejected");
            assert_eq!(error.field(), Some(field), "{after:?}");
        }
    }
}
