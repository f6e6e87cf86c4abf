//! Bounds the number of different statements that read a noun.
//!
//! PostgreSQL prepares each statement for each tenant on each connection. At the bound, a new reading replaces one that is
//! idle. If none is idle, it uses the statement of a reading that contains it, or reads the whole row, and its relations in
//! batches.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
};

use parking_lot::RwLock;

use super::Reading;

/// Maximum number of readings with their own statement, for each noun.
const MAX_SHAPES: usize = 64;

/// Time in seconds after which an unused reading can be replaced.
const IDLE: i64 = 10;

/// The readings that have their own statement, by table. There is one instance for each process.
#[derive(Debug, Default)]
pub(crate) struct Shapes(RwLock<HashMap<&'static str, Vec<Shape>>>);

#[derive(Debug)]
struct Shape {
    reading: Reading,
    /// Time of the last use, in seconds since 1970.
    used: AtomicI64,
}

impl Shapes {
    /// Returns `wanted` or a reading that contains it, which has its own statement. `now` is in seconds since 1970.
    pub(super) fn fit(&self, wanted: Reading, now: i64) -> Reading {
        let table = wanted.source.table;
        if self.touch(&wanted, now) {
            return wanted;
        }
        let mut shapes = self.0.write();
        let of_noun = shapes.entry(table).or_default();
        let shape = Shape {
            reading: wanted.clone(),
            used: AtomicI64::new(now),
        };
        if of_noun.len() < MAX_SHAPES {
            of_noun.push(shape);
            return wanted;
        }
        let oldest = of_noun
            .iter_mut()
            .min_by_key(|shape| shape.used.load(Ordering::Relaxed))
            .filter(|shape| now - shape.used.load(Ordering::Relaxed) > IDLE);
        if let Some(oldest) = oldest {
            *oldest = shape;
            return wanted;
        }
        let containing = of_noun
            .iter()
            .map(|shape| &shape.reading)
            .filter(|known| known.contains(&wanted))
            .min_by_key(|known| known.width());
        containing.cloned().unwrap_or_else(|| wanted.widened())
    }

    /// Updates the time of the last use; `false` if the reading is unknown.
    fn touch(&self, wanted: &Reading, now: i64) -> bool {
        let shapes = self.0.read();
        let of_noun = shapes.get(wanted.source.table);
        let known =
            of_noun.and_then(|of_noun| of_noun.iter().find(|shape| shape.reading == *wanted));
        known.is_some_and(|shape| {
            shape.used.store(now, Ordering::Relaxed);
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use outlay_entity::{Columns, tenant::expense};

    use super::{IDLE, MAX_SHAPES, Shapes};
    use crate::read::Reading;

    /// A reading of a single column, or of several: the bits of a number.
    fn reading(bits: usize) -> Reading {
        let mut reading = Reading::of::<expense::Entity>();
        for at in (0..10).filter(|at| bits >> at & 1 == 1) {
            reading.add(Columns::at(at + 1));
        }
        reading
    }

    #[test]
    fn the_number_of_statements_is_bounded() {
        let shapes = Shapes::default();
        for bits in 0..MAX_SHAPES {
            assert_eq!(shapes.fit(reading(bits), 0), reading(bits));
        }
        // One that is contained in another uses its statement; one that is not reads the whole row.
        let last = MAX_SHAPES - 1;
        let beyond = reading(1 << 9);
        assert_eq!(shapes.fit(beyond.clone(), 0), beyond.widened());
        assert_eq!(shapes.fit(reading(last), 0), reading(last));
        // Later it replaces one that nobody uses.
        for bits in 1..MAX_SHAPES {
            shapes.fit(reading(bits), IDLE + 1);
        }
        assert_eq!(shapes.fit(beyond.clone(), IDLE + 1), beyond);
        assert_eq!(shapes.fit(beyond.clone(), IDLE + 1), beyond);
        assert_ne!(shapes.fit(reading(0), IDLE + 1), reading(0));
    }
}
