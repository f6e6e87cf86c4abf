//! Spending: expenses summed by what they have in common.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use outlay_entity::{
    Cell, Record,
    tenant::{
        expense::{Column, Entity},
        spending::Row,
    },
};
use rust_decimal::Decimal;
use sea_orm::{
    DbBackend, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};

use super::{ExpenseFilter, list::select};
use crate::{
    Context, Error, Result,
    read::{self, Fetch, Fetched, Reading},
};

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
    /// In the order of the columns of a group.
    const ALL: [Self; 5] = [
        Self::Department,
        Self::Category,
        Self::Member,
        Self::Merchant,
        Self::Month,
    ];

    fn sql_type(self) -> &'static str {
        match self {
            Self::Department | Self::Category | Self::Member => "uuid",
            Self::Merchant => "text",
            Self::Month => "date",
        }
    }

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
#[derive(Debug, Default)]
pub struct Spending {
    /// The groups of this page.
    pub rows: Vec<Arc<Fetched<Row>>>,
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
    fetch: &Fetch,
) -> Result<Spending> {
    let reading = read::fit(cx, fetch.reading.visible_to(cx));
    let alone = fetch.alone && reading.contains(&fetch.reading);
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = by.iter().find(|dimension| !seen.insert(**dimension)) {
        return Err(Error::invalid(
            "groupBy",
            format!("{twice:?} is named twice."),
        ));
    }
    let Some(mut groups) = read(cx, by, filter, range, &reading, alone).await? else {
        return Ok(Spending::default());
    };
    if groups.rows.is_empty() && range.offset > 0 {
        // Beyond the last group no row carries the sums of all.
        let first = GroupRange {
            first: Some(1),
            offset: 0,
        };
        let first = read(cx, by, filter, first, &reading, alone).await?;
        groups.all = first.map(|first| first.all).unwrap_or_default();
    }
    let all = groups.all;
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
    // Without a dimension there is one group, even of no expenses.
    if all.count == 0 {
        return Ok(Spending::default());
    }
    Ok(Spending {
        rows: groups.rows.into_iter().map(Arc::new).collect(),
        groups: all.groups,
        count: all.count,
        total: all.total,
        offset: range.offset,
    })
}

/// A page of groups, as it was read.
struct Groups {
    rows: Vec<Fetched<Row>>,
    all: All,
}

/// The totals of all groups.
#[derive(Debug, Clone, Copy, Default)]
struct All {
    groups: u64,
    count: i64,
    total: Decimal,
}

/// The columns of [`All`] in a statement.
const ALL: [&str; 3] = ["groups", "all_count", "all_total"];

async fn read(
    cx: &Context,
    by: &[Dimension],
    filter: &ExpenseFilter,
    range: GroupRange,
    reading: &Reading,
    alone: bool,
) -> Result<Option<Groups>> {
    let Some(expenses) = select(cx, filter) else {
        return Ok(None);
    };
    let count = || Expr::col((Entity, Column::Id)).count();
    let total = || Expr::col((Entity, Column::BaseAmount)).sum();
    let mut query = expenses.select_only();
    for dimension in Dimension::ALL {
        // The columns are always the same: a dimension that is not grouped by is null.
        query = if by.contains(&dimension) {
            let expression = dimension.expression();
            query
                .expr_as(expression.clone(), dimension.name())
                .group_by(expression)
        } else {
            let absent = Expr::cust(format!("NULL::{}", dimension.sql_type()));
            query.expr_as(absent, dimension.name())
        };
    }
    // Over all groups: PostgreSQL computes windows before it applies the limit.
    let [groups, all_count, all_total] = ALL;
    query = query
        .expr_as(count(), "count")
        .expr_as(Expr::cust_with_expr("COALESCE($1, 0)", total()), "total")
        .expr_as(Expr::cust("COUNT(*) OVER ()"), groups)
        .expr_as(
            Expr::cust_with_expr("CAST(SUM($1) OVER () AS bigint)", count()),
            all_count,
        )
        .expr_as(
            Expr::cust_with_expr("COALESCE(SUM($1) OVER (), 0)", total()),
            all_total,
        );
    let mut rows = query.build(DbBackend::Postgres);
    // The total first; then by the groups themselves, so that the same data always comes in the same order.
    let order = Dimension::ALL
        .iter()
        .filter(|dimension| by.contains(dimension))
        .fold(String::from(" ORDER BY total DESC"), |order, dimension| {
            format!("{order}, {}", dimension.name())
        });
    let limit = range.first.unwrap_or(MAX_GROUPS);
    rows.sql = format!("{}{order} LIMIT {limit} OFFSET {}", rows.sql, range.offset);
    let rows = read::grouped(cx, rows, reading, alone, &ALL, &order).await?;
    let all = match rows.first() {
        Some(row) => All {
            groups: u64::try_from(i64::read(row, OWN)?).unwrap_or_default(),
            count: i64::read(row, OWN + 1)?,
            total: Decimal::read(row, OWN + 2)?,
        },
        None => All::default(),
    };
    let rows = read::rows(&rows, 0, reading, ALL.len())?;
    Ok(Some(Groups { rows, all }))
}

/// How many columns a group has.
const OWN: usize = Row::STORED;

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
