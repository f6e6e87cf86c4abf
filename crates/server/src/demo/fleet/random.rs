//! Reproducible random values.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// The number of days with expenses: 24 months.
pub(super) const DAYS: u64 = 730;

/// The random values of one organization.
pub(super) struct Random {
    rng: StdRng,
    today: NaiveDate,
}

impl Random {
    pub(super) fn new(seed: u64, organization: u32, today: NaiveDate) -> Self {
        // Consecutive organizations must differ.
        let seed = seed.wrapping_mul(1 << 32).wrapping_add(organization.into());
        Self {
            rng: StdRng::seed_from_u64(seed),
            today,
        }
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.today
    }

    /// A random day of the last 24 months.
    pub(super) fn day(&mut self) -> NaiveDate {
        self.today - Days::new(self.rng.random_range(0..DAYS))
    }

    /// A random item.
    pub(super) fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.rng.random_range(0..items.len())]
    }

    /// True with a probability of `often` percent.
    pub(super) fn percent(&mut self, often: u32) -> bool {
        self.rng.random_range(0..100) < often
    }

    /// A number of `low..high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.random_range(low..high)
    }

    /// A UUID version 7 with this timestamp.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
        let random = self.rng.random();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// A random time from 8:00 to 18:00 on a day.
pub(super) fn moment(random: &mut Random, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    midnight + TimeDelta::seconds(random.between(8 * 3600, 18 * 3600))
}

/// The year and the month of a day.
pub(super) fn month(day: NaiveDate) -> (i32, u32) {
    (day.year(), day.month())
}
