//! Keyset pagination: the last page costs no more than the first, and concurrent inserts and deletes do not shift
//! pages.

use std::{fmt::Write, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use outlay_entity::{Columns, NotRead, Record};
use rust_decimal::Decimal;
use sea_orm::{
    DbBackend, EntityTrait, QueryTrait, Select, Statement,
    sea_query::{Alias, Expr, ExprTrait, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Error, Result, read::Fetched};

/// The value of a column, if it was selected.
type Selected<T> = std::result::Result<T, NotRead>;

/// Maximum number of rows on a page.
pub const MAX_PAGE: u64 = 100;

/// The requested page: a number of rows from the start of the list or after a cursor, or from its end or before a
/// cursor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    count: u64,
    backward: bool,
    cursor: Option<String>,
}

impl PageRequest {
    /// Parses the four arguments of a Relay connection.
    ///
    /// # Errors
    /// `Invalid` unless exactly one of `first` and `last` is given, from 1 to 100, with the cursor that belongs to it.
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
        let count = count.ok_or_else(|| {
            Error::invalid(field, format!("{field} must be from 1 to {MAX_PAGE}."))
        })?;
        let cursor = match (backward, after, before) {
            (false, _, Some(_)) => {
                return Err(Error::invalid("before", "Use before together with last."));
            }
            (true, Some(_), _) => {
                return Err(Error::invalid("after", "Use after together with first."));
            }
            (false, after, None) => after,
            (true, None, before) => before,
        };
        Ok(Self {
            count,
            backward,
            cursor,
        })
    }

    /// Requests the first `count` rows.
    #[must_use]
    pub fn first(count: u64) -> Self {
        Self {
            count: Ord::min(count, MAX_PAGE),
            backward: false,
            cursor: None,
        }
    }
}

/// A page of rows in the order of the list.
#[derive(Debug)]
pub struct Page<R: 'static> {
    /// The rows.
    pub rows: Vec<Arc<Fetched<R>>>,
    /// Whether there are rows after the page: known when paging forward, assumed when paging before a cursor.
    pub has_next: bool,
    /// Whether there are rows before the page: known when paging backward, assumed when paging after a cursor.
    pub has_previous: bool,
    /// Number of rows of the whole list, if it was requested.
    pub count: Option<u64>,
    order: Order<R>,
}

impl<R: Record> Page<R> {
    /// The page of an empty list.
    pub(crate) fn empty(order: Order<R>) -> Self {
        Self {
            rows: Vec::new(),
            has_next: false,
            has_previous: false,
            count: Some(0),
            order,
        }
    }

    /// Creates the page from the rows that [`Order::statement`] selected.
    pub(crate) fn new(
        mut rows: Vec<Fetched<R>>,
        order: Order<R>,
        request: &PageRequest,
        count: Option<u64>,
    ) -> Self {
        let more = rows.len() as u64 > request.count;
        rows.truncate(usize::try_from(request.count).unwrap_or(usize::MAX));
        if request.backward {
            rows.reverse();
        }
        let at_cursor = request.cursor.is_some();
        let (has_next, has_previous) = if request.backward {
            (at_cursor, more)
        } else {
            (more, at_cursor)
        };
        Self {
            count: count.or((rows.is_empty() && !at_cursor).then_some(0)),
            rows: rows.into_iter().map(Arc::new).collect(),
            has_next,
            has_previous,
            order,
        }
    }

    /// The opaque cursor of a row, to request the rows after or before it.
    ///
    /// # Errors
    /// `Internal` when the row was read without the columns of the order.
    pub fn cursor(&self, row: &R) -> Result<String> {
        self.order.cursor(row)
    }
}

/// A component of the sort key of a row.
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

impl Key {
    /// Whether the database can store the value. Cursors may be forged.
    fn can_be_stored(&self) -> bool {
        let years = 1..10_000;
        match self {
            Self::Text(text) => !text.contains('\0'),
            Self::Date(date) => years.contains(&date.year()),
            Self::Time(time) => years.contains(&time.year()),
            Self::Decimal(_) | Self::Int(_) | Self::Id(_) => true,
        }
    }
}

/// A column of an order, and the function that reads it from a row.
#[derive(Debug)]
pub(crate) struct OrderKey<R: 'static> {
    pub(crate) column: &'static str,
    pub(crate) value: KeyValue<R>,
}

/// Reads the value of a column.
#[derive(Debug)]
pub(crate) enum KeyValue<R: 'static> {
    Text(fn(&R) -> Selected<&String>),
    Date(fn(&R) -> Selected<&NaiveDate>),
    Decimal(fn(&R) -> Selected<&Decimal>),
    Time(fn(&R) -> Selected<&DateTime<Utc>>),
    Int(fn(&R) -> Selected<&i16>),
    Id(fn(&R) -> Selected<Uuid>),
}

impl<R> OrderKey<R> {
    fn read(&self, row: &R) -> Selected<Key> {
        Ok(match self.value {
            KeyValue::Text(value) => Key::Text(value(row)?.clone()),
            KeyValue::Date(value) => Key::Date(*value(row)?),
            KeyValue::Decimal(value) => Key::Decimal(*value(row)?),
            KeyValue::Time(value) => Key::Time(*value(row)?),
            KeyValue::Int(value) => Key::Int(*value(row)?),
            KeyValue::Id(value) => Key::Id(value(row)?),
        })
    }

    /// Whether the key of a cursor has the type of this column.
    fn admits(&self, key: &Key) -> bool {
        matches!(
            (&self.value, key),
            (KeyValue::Text(_), Key::Text(_))
                | (KeyValue::Date(_), Key::Date(_))
                | (KeyValue::Decimal(_), Key::Decimal(_))
                | (KeyValue::Time(_), Key::Time(_))
                | (KeyValue::Int(_), Key::Int(_))
                | (KeyValue::Id(_), Key::Id(_))
        )
    }
}

/// Declares the columns of an order and their kinds: `keys![Row: name Text]`. Adds the id, which makes every order
/// total.
macro_rules! keys {
    ($row:ty: $($column:ident $kind:ident),* $(,)?) => {
        &[
            $($crate::page::OrderKey {
                column: stringify!($column),
                value: $crate::page::KeyValue::$kind(<$row>::$column),
            },)*
            $crate::page::OrderKey {
                column: "id",
                value: $crate::page::KeyValue::Id(|row| Ok(row.id()?.uuid())),
            },
        ]
    };
}
pub(crate) use keys;

/// A total order of a list: columns, all in one direction, of which the last is unique.
#[derive(Debug)]
pub struct Order<R: 'static> {
    /// The name of the order in cursors.
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [OrderKey<R>],
    pub(crate) descending: bool,
}

impl<R> Clone for Order<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Order<R> {}

impl<R: Record> Order<R> {
    /// Orders by these columns, ascending. Cursors contain the name, so that cursors of another order are rejected.
    pub(crate) const fn by(name: &'static str, keys: &'static [OrderKey<R>]) -> Self {
        Self {
            name,
            keys,
            descending: false,
        }
    }

    /// Reverses the order.
    pub(crate) const fn descending(self) -> Self {
        Self {
            descending: true,
            ..self
        }
    }

    /// The columns that cursors contain.
    pub(crate) fn columns(&self) -> Columns {
        self.keys.iter().fold(Columns::NONE, |columns, key| {
            columns.and(Columns::named(R::COLUMNS, key.column))
        })
    }

    /// Whether the page is read in descending order. A page before a cursor is read backward.
    fn descends(&self, request: &PageRequest) -> bool {
        self.descending != request.backward
    }

    /// The ORDER BY clause for the rows of `table`.
    pub(crate) fn clause(&self, table: &str, request: &PageRequest) -> String {
        let direction = if self.descends(request) {
            "DESC"
        } else {
            "ASC"
        };
        let columns: Vec<_> = self
            .keys
            .iter()
            .map(|key| format!(r#""{table}"."{}" {direction}"#, key.column))
            .collect();
        format!(" ORDER BY {}", columns.join(", "))
    }

    /// Selects one page of `select` in this order, and one more row to find out whether there is another page.
    pub(crate) fn statement<E: EntityTrait>(
        &self,
        mut select: Select<E>,
        table: &'static str,
        request: &PageRequest,
    ) -> Result<Statement> {
        let descending = self.descends(request);
        if let Some(cursor) = &request.cursor {
            let place = self.place(if request.backward { "before" } else { "after" }, cursor)?;
            let columns = self
                .keys
                .iter()
                .map(|key| Expr::col((Alias::new(table), Alias::new(key.column))));
            let here = Expr::tuple(columns);
            let there = Expr::tuple(place.into_iter().map(SimpleExpr::from));
            let beyond = if descending {
                here.lt(there)
            } else {
                here.gt(there)
            };
            QueryTrait::query(&mut select).and_where(beyond);
        }
        QueryTrait::query(&mut select).clear_order_by();
        let mut statement = select.build(DbBackend::Postgres);
        // The limit is not bound: PostgreSQL would plan the statement again for each value, since the plan for an
        // unknown limit looks more expensive. Clients use few page sizes.
        let order = self.clause(table, request);
        let _ = write!(statement.sql, "{order} LIMIT {}", request.count + 1);
        Ok(statement)
    }

    fn cursor(&self, row: &R) -> Result<String> {
        let keys = self.keys.iter().map(|key| key.read(row));
        let keys = keys
            .collect::<Selected<Vec<_>>>()
            .map_err(Error::internal)?;
        let json = serde_json::to_vec(&(self.name, keys)).map_err(Error::internal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
    }

    fn place(&self, field: &'static str, cursor: &str) -> Result<Vec<Key>> {
        let keys = BASE64_URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|json| serde_json::from_slice::<(String, Vec<Key>)>(&json).ok())
            .filter(|(name, keys)| name == self.name && keys.len() == self.keys.len())
            .map(|(_, keys)| keys)
            .filter(|keys| {
                let mut pairs = self.keys.iter().zip(keys);
                pairs.all(|(order, key)| order.admits(key) && key.can_be_stored())
            });
        keys.ok_or_else(|| {
            Error::invalid(
                field,
                "This is not a cursor of this list in this order; start again without it.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PageRequest;

    #[test]
    fn a_page_has_one_direction_with_the_cursor_of_that_direction() {
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
            let error = PageRequest::parse(first, after, last, before).expect_err("rejected");
            assert_eq!(error.field(), Some(field));
        }
    }
}
