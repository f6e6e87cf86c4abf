//! The SQL of a reading: selects a page or a set of rows, and joins their relations.
//!
//! The page is selected in a subquery and then joined. A join of a few small tables by primary key costs less than another
//! statement, which takes a round trip and wakes two processes.

use std::fmt::Write;

use sea_orm::{Statement, Values};
use uuid::Uuid;

use super::Reading;

/// The column with the number of rows of the whole list.
pub(super) const COUNT: &str = "count";

/// Joins the relations of `reading` to the rows that `rows` selects. `extra` names columns of `rows` to select after those of
/// the reading. A join does not keep the order of rows, so it is repeated as `order`.
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

/// Selects the children of several parents: `page` selects those of the row `"parent"`. The first column of the result is the
/// id of the parent. The lateral join runs `page` for one parent after another, so the order of each page is kept.
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

    /// The relations of a row, each followed by its own relations, in the order in which they are read.
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
