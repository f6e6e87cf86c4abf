//! The SQL of a reading: a page or a set of rows, with the rows that they refer to joined to it.
//!
//! The rows are found first, narrow, and then joined: a statement costs a round trip and wakes two processes, which is
//! more than joining a few small tables by their primary keys.

use std::fmt::Write;

use sea_orm::{Statement, Values};
use uuid::Uuid;

use super::Reading;

/// The name of the number of rows of the whole list.
pub(super) const COUNT: &str = "count";

/// Joins what `reading` refers to to the rows that `rows` selects: its needed columns, and `extra` ones after them. `order` is
/// the order of the rows, which a join does not keep.
pub(super) fn join(rows: Statement, reading: &Reading, extra: &[&str], order: &str) -> Statement {
    if reading.joined().next().is_none() && !reading.derives() {
        return rows;
    }
    let mut parts = Parts::default();
    parts.select(reading, reading.source.table);
    for column in extra {
        parts.column(reading.source.table, column);
    }
    parts.join(reading, reading.source.table);
    Statement {
        sql: format!(
            r#"SELECT {} FROM ({}) AS "{}"{}{order}"#,
            parts.columns, rows.sql, reading.source.table, parts.joins
        ),
        ..rows
    }
}

/// The children of many parents, by one statement: `page` selects those of the row `"parent"`. The id of its parent stands
/// before each child. A lateral join runs the page for one parent after another, so the order of each page is kept.
pub(super) fn of_parents(page: Statement, parents: Vec<Uuid>) -> Statement {
    let mut values = page.values.map(|values| values.0).unwrap_or_default();
    values.push(parents.into());
    Statement {
        sql: format!(
            r#"SELECT "parent"."id", "page".* FROM unnest(${}::uuid[]) AS "parent" ("id") CROSS JOIN LATERAL ({}) AS "page""#,
            values.len(),
            page.sql
        ),
        values: Some(Values(values)),
        ..page
    }
}

#[derive(Default)]
struct Parts {
    columns: String,
    joins: String,
}

impl Parts {
    /// The columns of a row under an alias.
    fn select(&mut self, reading: &Reading, alias: &str) {
        let source = &reading.source;
        for at in reading.columns.positions() {
            if at < source.stored {
                self.column(alias, source.columns[at]);
            } else {
                let derived = (source.derived)(source.columns[at], alias);
                self.separate();
                let _ = write!(self.columns, r#"({derived}) AS "{}""#, source.columns[at]);
            }
        }
    }

    fn column(&mut self, alias: &str, column: &str) {
        self.separate();
        let _ = write!(self.columns, r#""{alias}"."{column}""#);
    }

    fn separate(&mut self) {
        if !self.columns.is_empty() {
            self.columns.push_str(", ");
        }
    }

    /// The rows that a row refers to, each followed by those that it refers to itself, as they are read.
    fn join(&mut self, reading: &Reading, alias: &str) {
        for relation in reading.joined() {
            let column = reading.source.columns[relation.via];
            let target = format!("{alias}.{}", column.trim_end_matches("_id"));
            let _ = write!(
                self.joins,
                r#" LEFT JOIN "{{tenant}}"."{}" AS "{target}" ON "{target}"."id" = "{alias}"."{column}""#,
                relation.reading.source.table
            );
            self.select(&relation.reading, &target);
            self.join(&relation.reading, &target);
        }
    }
}
