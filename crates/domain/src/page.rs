//! Pages of a list by keyset: as fast at the end as at the start, and steady while rows come and go.

use std::fmt::Write;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use outlay_entity::{ByPosition, Positional};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IdenStatic, Order, QueryFilter,
    QueryOrder, QueryTrait, Select, Statement,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Result};

/// The most rows on a page.
pub const MAX_PAGE: u64 = 100;

/// Which page: so many from the start or after a cursor, or so many from the end or before one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    count: u64,
    backward: bool,
    cursor: Option<String>,
}

impl PageRequest {
    /// Reads the four arguments of a Relay connection.
    ///
    /// # Errors
    /// `Invalid` unless exactly one of `first` and `last` is given, from 1 to 100, with its own cursor.
    pub fn parse(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self> {
        let (field, count, backward) = match (first, last) {
            (Some(first), None) => ("first", first, false),
            (None, Some(last)) => ("last", last, true),
            (None, None) => {
                return Err(Error::invalid(
                    "first",
                    "Give first or last, from 1 to 100.",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Error::invalid("last", "Give first or last, not both."));
            }
        };
        let count = u64::try_from(count)
            .ok()
            .filter(|count| (1..=MAX_PAGE).contains(count));
        let count = count
            .ok_or_else(|| Error::invalid(field, format!("{field} is from 1 to {MAX_PAGE}.")))?;
        let cursor = match (backward, after, before) {
            (false, _, Some(_)) => return Err(Error::invalid("before", "before goes with last.")),
            (true, Some(_), _) => return Err(Error::invalid("after", "after goes with first.")),
            (false, after, None) => after,
            (true, None, before) => before,
        };
        Ok(Self {
            count,
            backward,
            cursor,
        })
    }

    /// The first `count` rows.
    #[must_use]
    pub fn first(count: u64) -> Self {
        Self {
            count: Ord::min(count, MAX_PAGE),
            backward: false,
            cursor: None,
        }
    }
}

/// One page of rows, each with its cursor.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, in order.
    pub edges: Vec<Edge<T>>,
    /// Whether there are rows after these; known only when paging forward or after a cursor.
    pub has_next: bool,
    /// Whether there are rows before these.
    pub has_previous: bool,
}

/// A row, and the place where it stands.
#[derive(Debug, Clone)]
pub struct Edge<T> {
    /// Opaque; ask for the rows after or before it.
    pub cursor: String,
    /// The row.
    pub node: T,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Page<U> {
        let edges = self
            .edges
            .into_iter()
            .map(|edge| Edge {
                cursor: edge.cursor,
                node: f(edge.node),
            })
            .collect();
        Page {
            edges,
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

/// One value of a row's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Key {
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "d")]
    Date(NaiveDate),
    #[serde(rename = "n")]
    Decimal(Decimal),
    #[serde(rename = "t")]
    Time(DateTime<Utc>),
    #[serde(rename = "i")]
    Int(i16),
    #[serde(rename = "u")]
    Id(Uuid),
}

impl From<Key> for SimpleExpr {
    fn from(key: Key) -> Self {
        match key {
            Key::Text(text) => text.into(),
            Key::Date(date) => date.into(),
            Key::Decimal(decimal) => decimal.into(),
            Key::Time(time) => time.into(),
            Key::Int(int) => int.into(),
            Key::Id(id) => id.into(),
        }
    }
}

/// A total order of an entity's rows: columns, all in one direction, the last one unique.
pub(crate) struct Ordering<E: EntityTrait> {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<E::Column>,
    pub(crate) descending: bool,
    /// The values of a row in those columns.
    pub(crate) keys: fn(&E::Model) -> Vec<Key>,
    /// A row's keys by kind, to know a cursor of another order by.
    pub(crate) kinds: &'static [KeyKind],
}

/// What a [`Key`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Text,
    Date,
    Decimal,
    Time,
    Int,
    Id,
}

impl Key {
    /// Whether the database can hold it: a cursor that somebody wrote may say anything.
    fn can_be_stored(&self) -> bool {
        let years = 1..10_000;
        match self {
            Self::Text(text) => !text.contains('\0'),
            Self::Date(date) => years.contains(&date.year()),
            Self::Time(time) => years.contains(&time.year()),
            Self::Decimal(_) | Self::Int(_) | Self::Id(_) => true,
        }
    }

    fn kind(&self) -> KeyKind {
        match self {
            Self::Text(_) => KeyKind::Text,
            Self::Date(_) => KeyKind::Date,
            Self::Decimal(_) => KeyKind::Decimal,
            Self::Time(_) => KeyKind::Time,
            Self::Int(_) => KeyKind::Int,
            Self::Id(_) => KeyKind::Id,
        }
    }
}

impl<E: EntityTrait> Ordering<E> {
    /// By a name, from A to Z; `keys` gives a row's name and its id.
    pub(crate) fn by_name(name: E::Column, id: E::Column, keys: fn(&E::Model) -> Vec<Key>) -> Self {
        Self {
            name: "NAME",
            columns: vec![name, id],
            descending: false,
            keys,
            kinds: &[KeyKind::Text, KeyKind::Id],
        }
    }

    /// Whether the rows of this page are read from the largest on; a page before a cursor is read backwards.
    fn descends(&self, request: &PageRequest) -> bool {
        self.descending != request.backward
    }

    /// The order of the statement's rows once more, for a statement around it.
    pub(crate) fn clause(&self, request: &PageRequest) -> String {
        let direction = if self.descends(request) {
            "DESC"
        } else {
            "ASC"
        };
        let table = E::default();
        let columns = self.columns.iter();
        let columns: Vec<_> = columns
            .map(|column| {
                format!(
                    r#""{}"."{}" {direction}"#,
                    table.table_name(),
                    column.as_str()
                )
            })
            .collect();
        format!(" ORDER BY {}", columns.join(", "))
    }

    fn cursor(&self, row: &E::Model) -> Result<String> {
        let place = (self.name, (self.keys)(row));
        let json = serde_json::to_vec(&place).map_err(Error::internal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
    }

    fn place(&self, field: &'static str, cursor: &str) -> Result<Vec<Key>> {
        let keys = BASE64_URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|json| serde_json::from_slice::<(String, Vec<Key>)>(&json).ok())
            .filter(|(name, keys)| {
                name == self.name && keys.iter().map(Key::kind).eq(self.kinds.iter().copied())
            })
            .map(|(_, keys)| keys)
            .filter(|keys| keys.iter().all(Key::can_be_stored));
        keys.ok_or_else(|| {
            Error::invalid(
                field,
                "This is not a cursor of this list in this order; start again.",
            )
        })
    }
}

/// Reads one page of `select` in this order: one statement.
pub(crate) async fn fetch<E>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    ordering: &Ordering<E>,
    request: &PageRequest,
) -> Result<Page<E::Model>>
where
    E: EntityTrait<Model: ByPosition>,
{
    let rows = read::<E>(db, statement(select, ordering, request)?).await?;
    page(rows, ordering, request)
}

/// The statement that reads one page of `select` in this order, and one row more to know whether there is another page.
pub(crate) fn statement<E: EntityTrait>(
    mut select: Select<E>,
    ordering: &Ordering<E>,
    request: &PageRequest,
) -> Result<Statement> {
    let descending = ordering.descends(request);
    if let Some(cursor) = &request.cursor {
        let place = ordering.place(if request.backward { "before" } else { "after" }, cursor)?;
        let columns = ordering
            .columns
            .iter()
            .map(|column| Expr::col((E::default(), *column)));
        let here = Expr::tuple(columns);
        let there = Expr::tuple(place.into_iter().map(SimpleExpr::from));
        let beyond = if descending {
            here.lt(there)
        } else {
            here.gt(there)
        };
        QueryTrait::query(&mut select).and_where(beyond);
    }
    let direction = if descending { Order::Desc } else { Order::Asc };
    for column in &ordering.columns {
        select = select.order_by(*column, direction.clone());
    }
    // The limit is written into the statement: were it bound, PostgreSQL would plan anew for each value, since the plan
    // for an unknown one looks dearer. Clients ask for few page sizes.
    let mut statement = select.build(DbBackend::Postgres);
    let _ = write!(statement.sql, " LIMIT {}", request.count + 1);
    Ok(statement)
}

/// The page that the rows of its [`statement`] make.
pub(crate) fn page<E: EntityTrait>(
    mut rows: Vec<E::Model>,
    ordering: &Ordering<E>,
    request: &PageRequest,
) -> Result<Page<E::Model>> {
    let more = rows.len() as u64 > request.count;
    rows.truncate(usize::try_from(request.count).unwrap_or(usize::MAX));
    if request.backward {
        rows.reverse();
    }
    let edges = rows
        .into_iter()
        .map(|node| {
            Ok(Edge {
                cursor: ordering.cursor(&node)?,
                node,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let after_cursor = request.cursor.is_some();
    let (has_next, has_previous) = if request.backward {
        (after_cursor, more)
    } else {
        (more, after_cursor)
    };
    Ok(Page {
        edges,
        has_next,
        has_previous,
    })
}

/// Reads those of these ids that `select` lets through, in no order: one statement.
pub(crate) async fn by_ids<E>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    id: E::Column,
    ids: &[Uuid],
) -> Result<Vec<E::Model>>
where
    E: EntityTrait<Model: ByPosition>,
{
    let select = select.filter(id.eq_any(ids.iter().copied()));
    read::<E>(db, select.build(db.get_database_backend())).await
}

/// Runs a statement that selects all columns of the entity.
async fn read<E>(db: &impl ConnectionTrait, statement: Statement) -> Result<Vec<E::Model>>
where
    E: EntityTrait<Model: ByPosition>,
{
    let rows = E::find().from_raw_sql(statement).into_model();
    let rows: Vec<Positional<E::Model>> = rows.all(db).await?;
    Ok(rows.into_iter().map(|Positional(row)| row).collect())
}

#[cfg(test)]
mod tests {
    use super::PageRequest;

    #[test]
    fn a_page_is_asked_for_in_one_direction_with_its_own_cursor() {
        let cursor = || Some("c".to_owned());
        assert!(PageRequest::parse(Some(20), cursor(), None, None).is_ok());
        assert!(PageRequest::parse(None, None, Some(20), cursor()).is_ok());
        for (first, after, last, before, field) in [
            (None, None, None, None, "first"),
            (Some(1), None, Some(1), None, "last"),
            (Some(0), None, None, None, "first"),
            (Some(-1), None, None, None, "first"),
            (Some(101), None, None, None, "first"),
            (None, None, Some(101), None, "last"),
            (Some(1), None, None, cursor(), "before"),
            (None, cursor(), Some(1), None, "after"),
        ] {
            let error = PageRequest::parse(first, after, last, before).expect_err("refused");
            assert_eq!(error.field(), Some(field));
        }
    }
}
