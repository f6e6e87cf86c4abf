//! Snapshots of PostgreSQL (`pg_snapshot`): the transactions that had committed at a point in time.

use std::{fmt, str::FromStr};

/// A `pg_snapshot`. Transactions below `xmin` had ended. Transactions from `xmax` on had not started. Of those in
/// between, the ones in `running` were in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PgSnapshot {
    xmin: u64,
    xmax: u64,
    /// Sorted in ascending order.
    running: Vec<u64>,
}

impl PgSnapshot {
    /// Whether the snapshot sees the writes of this transaction, provided that it has committed.
    pub(super) fn sees(&self, xact: u64) -> bool {
        xact < self.xmin || (xact < self.xmax && self.running.binary_search(&xact).is_err())
    }

    /// Whether the snapshot sees everything that `other` sees, that is, was not taken earlier.
    pub(super) fn includes(&self, other: &Self) -> bool {
        other.xmax <= self.xmax && self.running.iter().all(|&running| !other.sees(running))
    }
}

impl FromStr for PgSnapshot {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, ':');
        let mut number = || parts.next()?.parse().ok();
        let (xmin, xmax) = (number().ok_or(())?, number().ok_or(())?);
        let running = parts.next().ok_or(())?.split(',');
        let running = running.filter(|xact| !xact.is_empty()).map(str::parse);
        let running: Vec<u64> = running.collect::<Result<_, _>>().map_err(|_| ())?;
        let is_sane = 0 < xmin
            && xmin <= xmax
            // The maximum of PostgreSQL's transaction ids.
            && i64::try_from(xmax).is_ok()
            && running.is_sorted_by(|one, next| one < next)
            && running.iter().all(|xact| (xmin..xmax).contains(xact));
        is_sane
            .then_some(Self {
                xmin,
                xmax,
                running,
            })
            .ok_or(())
    }
}

impl fmt::Display for PgSnapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:", self.xmin, self.xmax)?;
        for (index, xact) in self.running.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(formatter, "{comma}{xact}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::PgSnapshot;

    fn snapshot(text: &str) -> PgSnapshot {
        text.parse().expect("a snapshot")
    }

    #[test]
    fn a_snapshot_sees_committed_transactions_but_not_running_ones() {
        let taken = snapshot("10:20:12,15");
        let seen: Vec<u64> = (8..22).filter(|&xact| taken.sees(xact)).collect();
        assert_eq!(seen, [8, 9, 10, 11, 13, 14, 16, 17, 18, 19]);
    }

    #[test]
    fn a_later_snapshot_includes_an_earlier_one_and_not_the_other_way_round() {
        let ascending = ["10:10:", "10:20:12,15", "10:20:15", "15:25:15,22", "30:30:"];
        for (index, earlier) in ascending.iter().enumerate() {
            for (other, later) in ascending.iter().enumerate() {
                let includes = snapshot(later).includes(&snapshot(earlier));
                assert_eq!(includes, index <= other, "{later} of {earlier}");
            }
        }
    }

    #[test]
    fn an_invalid_snapshot_is_rejected() {
        for text in [
            "",
            "1",
            "1:2",
            "2:1:",
            "0:1:",
            "1:5:7",
            "1:5:3,2",
            "1:5:3,3",
            "a:b:",
            "1:5:2,x",
            "1:99999999999999999999:",
        ] {
            assert!(text.parse::<PgSnapshot>().is_err(), "{text:?}");
        }
        assert_eq!(snapshot("10:20:12,15").to_string(), "10:20:12,15");
    }
}
