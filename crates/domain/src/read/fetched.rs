//! Rows that were read, together with their relations.

use std::{any::Any, ops::Deref, sync::Arc};

use outlay_entity::{Cell, Record};
use sea_orm::{DbErr, QueryResult, prelude::Uuid};

use super::Reading;

/// A row and the related rows that were read with it.
#[derive(Debug)]
pub struct Fetched<R> {
    row: R,
    relations: Vec<Related>,
}

/// A related row, by the position of the referring column; `None` if that column is null.
#[derive(Debug)]
struct Related {
    via: usize,
    row: Option<Arc<dyn Any + Send + Sync>>,
}

impl<R> Fetched<R> {
    /// The row that the column at this position refers to. The outer `None` means that it was not read.
    #[must_use]
    pub fn related<T: Record>(&self, via: usize) -> Option<Option<Arc<Fetched<T>>>> {
        let related = self.relations.iter().find(|related| related.via == via)?;
        match &related.row {
            Some(row) => Some(Some(row.clone().downcast().ok()?)),
            None => Some(None),
        }
    }
}

impl<R> From<R> for Fetched<R> {
    /// A row that was read without relations.
    fn from(row: R) -> Self {
        Self {
            row,
            relations: Vec::new(),
        }
    }
}

impl<R> Deref for Fetched<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.row
    }
}

/// Reads a row that starts at column `from`, and advances `from` to the column after it.
pub(super) fn read<R: Record>(
    row: &QueryResult,
    from: &mut usize,
    extra: usize,
    reading: &Reading,
) -> Result<Fetched<R>, DbErr> {
    let own = R::read(row, *from, reading.columns)?;
    *from += reading.columns.len() + extra;
    let relations = reading.relations.iter().map(|relation| {
        let read = relation.reading.source.read;
        Ok(Related {
            via: relation.via,
            row: if relation.is_hidden {
                None
            } else {
                read(row, from, &relation.reading)?
            },
        })
    });
    Ok(Fetched {
        relations: relations.collect::<Result<_, DbErr>>()?,
        row: own,
    })
}

/// Reads a joined row, whose first column is its id; `None` if the id is null.
pub(super) fn read_joined<R: Record>(
    row: &QueryResult,
    from: &mut usize,
    reading: &Reading,
) -> Result<Option<Fetched<R>>, DbErr> {
    if Option::<Uuid>::read(row, *from)?.is_none() {
        *from += reading.width();
        return Ok(None);
    }
    read(row, from, 0, reading).map(Some)
}
