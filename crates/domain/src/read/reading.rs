//! A reading: the columns that a statement reads of a row, and the rows that it joins.

use std::{any::Any, fmt, hash, sync::Arc};

use outlay_entity::{Columns, Record, Table};
use sea_orm::{DbErr, QueryResult};

use super::{Fetched, fetched};
use crate::{
    Context,
    noun::{Noun, Visible},
};

/// Depth to which relations are joined: those of a row, and those of the rows that it refers to. Deeper ones are read in
/// batches.
const MAX_DEPTH: u8 = 2;

/// The columns to read of a record, and the relations to join.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reading {
    pub(super) source: Source,
    pub(super) columns: Columns,
    pub(super) relations: Vec<Relation>,
    depth: u8,
}

/// A relation to one row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Relation {
    /// Position of the referring column.
    pub(super) via: usize,
    pub(super) reading: Reading,
    /// Whether the caller may see none of these rows. Then nothing is read, and the relation is empty.
    pub(super) is_hidden: bool,
}

impl Reading {
    /// Reads the id of rows of this noun. Other columns and relations are added to it.
    #[must_use]
    pub fn of<N: Noun>() -> Self {
        Self::new(Source::of::<N>(), Columns::first(1))
    }

    /// Reads all columns of rows that belong to no table.
    #[must_use]
    pub fn of_result<R: Record>() -> Self {
        Self::new(Source::of_result::<R>(), Columns::first(R::STORED))
    }

    /// Reads every stored column.
    #[must_use]
    pub fn whole<N: Noun>() -> Self {
        let stored = Columns::first(<N as Table>::Row::STORED);
        Self::new(Source::of::<N>(), stored)
    }

    fn new(source: Source, columns: Columns) -> Self {
        Self {
            source,
            columns,
            relations: Vec::new(),
            depth: 0,
        }
    }

    /// Adds columns.
    pub fn add(&mut self, columns: Columns) {
        self.columns = self.columns.and(columns);
    }

    /// Adds the relation of the column at this position; `None` if another statement has to read it.
    pub fn relate<N: Noun>(&mut self, via: usize) -> Option<&mut Self> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        let known = self.relations.iter().position(|one| one.via == via);
        let at = known.unwrap_or_else(|| {
            let reading = Self {
                depth: self.depth + 1,
                ..Self::of::<N>()
            };
            self.relations.push(Relation {
                via,
                reading,
                is_hidden: false,
            });
            self.relations.len() - 1
        });
        Some(&mut self.relations[at].reading)
    }

    /// Adds the columns and relations of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.columns = self.columns.and(other.columns);
        for relation in &other.relations {
            match self
                .relations
                .iter_mut()
                .find(|one| one.via == relation.via)
            {
                Some(known) => known.reading.merge(&relation.reading),
                None => self.relations.push(relation.clone()),
            }
        }
    }

    /// The number of columns, including those of relations.
    pub(super) fn width(&self) -> usize {
        let relations = self.relations.iter();
        self.columns.len()
            + relations
                .map(|relation| relation.reading.width())
                .sum::<usize>()
    }

    /// Whether it includes all columns and relations of `other`.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.columns.contains(other.columns)
            && other.relations.iter().all(|relation| {
                let known = self.relations.iter().find(|one| one.via == relation.via);
                known.is_some_and(|known| known.reading.contains(&relation.reading))
            })
    }

    /// Restricts relations to rows that the caller may see. A relation whose rows are restricted by a condition is removed, so
    /// that another statement reads it.
    pub(crate) fn visible_to(&self, cx: &Context) -> Self {
        let mut visible = Self {
            relations: Vec::with_capacity(self.relations.len()),
            ..self.clone()
        };
        for relation in &self.relations {
            let is_hidden = match (relation.reading.source.visible)(cx) {
                Visible::All => false,
                Visible::Nothing => true,
                Visible::Where(_) => {
                    visible.add(Columns::at(relation.via));
                    continue;
                }
            };
            visible.relations.push(Relation {
                via: relation.via,
                reading: relation.reading.visible_to(cx),
                is_hidden,
            });
        }
        visible
    }

    /// The stored columns, including those that refer to relations.
    pub(super) fn needed(&self) -> Columns {
        let stored = (0..self.source.stored).filter(|at| self.columns.has(*at));
        let via = self.joined().map(|relation| relation.via);
        stored
            .chain(via)
            .fold(Columns::NONE, |columns, at| columns.and(Columns::at(at)))
    }

    /// Whether it reads only stored columns of the row, and no relation.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.relations.is_empty() && !self.derives()
    }

    /// The relations that the statement joins.
    pub(super) fn joined(&self) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(|relation| !relation.is_hidden)
    }

    /// Whether it reads derived columns.
    pub(super) fn derives(&self) -> bool {
        self.columns.positions().any(|at| at >= self.source.stored)
    }

    /// All stored and derived columns without relations. It can replace any reading of the noun, if the relations are read in
    /// batches.
    pub(super) fn widened(&self) -> Self {
        Self {
            columns: self.columns.and(Columns::first(self.source.stored)),
            relations: Vec::new(),
            ..self.clone()
        }
    }
}

/// The table or statement that rows come from, without their type.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) table: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) stored: usize,
    pub(super) derived: fn(&str, &str) -> String,
    pub(super) visible: fn(&Context) -> Visible,
    pub(super) read: ReadRow,
}

/// Reads a joined row. Its id is null if there is no row.
pub(super) type ReadRow =
    fn(&QueryResult, &mut usize, &Reading) -> Result<Option<Arc<dyn Any + Send + Sync>>, DbErr>;

impl Source {
    fn of<N: Noun>() -> Self {
        Self {
            derived: N::derived,
            visible: N::visible,
            ..Self::of_result::<N::Row>()
        }
    }

    fn of_result<R: Record>() -> Self {
        Self {
            table: R::TABLE,
            columns: R::COLUMNS,
            stored: R::STORED,
            derived: |column, _| unreachable!("{} derives no column {column}", R::TABLE),
            visible: |_| Visible::All,
            read: |row, from, reading| {
                let read = fetched::read_joined::<R>(row, from, reading)?;
                Ok(read.map(|read: Fetched<R>| Arc::new(read) as _))
            },
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.table)
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.table == other.table
    }
}

impl Eq for Source {}

impl hash::Hash for Source {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.table.hash(state);
    }
}
