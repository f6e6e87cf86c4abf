//! Delays between attempts to guess the password of an account.
//!
//! Failed attempts are counted by e-mail address, whether or not it has an account, in the memory of this process:
//!
//! - for each pair of address and client network, with a delay that grows to minutes. An attacker delays only their own
//!   network, so the owner of the account is not locked out.
//! - for each address, over all networks, with a delay of seconds. It bounds the total number of guesses from many
//!   networks. A network from which the owner has recently signed in is exempt.

use std::{
    net::IpAddr,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use lru::LruCache;
use parking_lot::Mutex;

use crate::{Error, Result};

/// Maximum number of remembered pairs, and of addresses. The least recently used are evicted first.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(50_000).expect("not zero");

/// An entry is reset this long after its last attempt.
const RETENTION: Duration = Duration::from_hours(1);

/// The delay after the first failure beyond the free ones. It doubles with each further failure.
const FIRST_DELAY: Duration = Duration::from_secs(1);

struct Policy {
    /// Number of failures without a delay.
    free: u32,
    longest: Duration,
}

/// Limits of one network: about 300 guesses a day.
const PAIR: Policy = Policy {
    free: 10,
    longest: Duration::from_mins(5),
};

/// Limits of all networks together: about 9,000 guesses a day.
const ACCOUNT: Policy = Policy {
    free: 100,
    longest: Duration::from_secs(10),
};

/// Counts recent failed attempts.
pub(crate) struct Attempts(Mutex<Counters>);

struct Counters {
    pairs: LruCache<(Box<str>, Option<IpAddr>), Pair>,
    accounts: LruCache<Box<str>, Failures>,
}

#[derive(Default)]
struct Pair {
    failures: Failures,
    /// Whether the owner has signed in from this network.
    is_known: bool,
}

#[derive(Default, Clone, Copy)]
struct Failures {
    count: u32,
    last: Option<Instant>,
}

impl Failures {
    /// The time until the next attempt is allowed.
    fn wait(&self, policy: &Policy, now: Instant) -> Option<Duration> {
        let doublings = self.count.checked_sub(policy.free)?;
        let delay = FIRST_DELAY.saturating_mul(2_u32.saturating_pow(doublings));
        let next = self.last? + delay.min(policy.longest);
        next.checked_duration_since(now)
            .filter(|wait| !wait.is_zero())
    }

    fn add(&mut self, now: Instant) {
        self.count = self.count.saturating_add(1);
        self.last = Some(now);
    }

    fn undo(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    fn reset_if_old(&mut self, now: Instant) {
        if self
            .last
            .is_some_and(|last| now.saturating_duration_since(last) > RETENTION)
        {
            *self = Self::default();
        }
    }
}

/// The outcome of an attempt that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The password was correct.
    Correct,
    /// The password was not checked.
    Unchecked,
}

impl Attempts {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Counters {
            pairs: LruCache::new(CAPACITY),
            accounts: LruCache::new(CAPACITY),
        }))
    }

    /// Begins an attempt on the account of an e-mail address. It counts as failed until [`end`](Self::end) is called,
    /// so that concurrent attempts, and attempts that the client cancels, count as well.
    ///
    /// # Errors
    /// `RateLimited` when the last failures are too recent.
    pub(crate) fn begin(&self, email: &str, network: Option<IpAddr>, now: Instant) -> Result<()> {
        let mut counters = self.0.lock();
        let Counters { pairs, accounts } = &mut *counters;
        let pair = pairs.get_or_insert_mut((email.into(), network), Pair::default);
        pair.failures.reset_if_old(now);
        let account = accounts.get_or_insert_mut(email.into(), Failures::default);
        account.reset_if_old(now);
        let for_account = (!pair.is_known).then(|| account.wait(&ACCOUNT, now));
        let wait = pair.failures.wait(&PAIR, now).max(for_account.flatten());
        if let Some(retry_after) = wait {
            return Err(Error::RateLimited {
                message: "Too many attempts to sign in to this account have failed: try again later.",
                retry_after,
            });
        }
        pair.failures.add(now);
        account.add(now);
        Ok(())
    }

    /// Ends an attempt that did not fail.
    pub(crate) fn end(&self, email: &str, network: Option<IpAddr>, outcome: Outcome) {
        let mut counters = self.0.lock();
        if let Some(account) = counters.accounts.get_mut(email) {
            account.undo();
        }
        let Some(pair) = counters.pairs.get_mut(&(email.into(), network)) else {
            return;
        };
        match outcome {
            Outcome::Correct => {
                pair.failures = Failures::default();
                pair.is_known = true;
            }
            Outcome::Unchecked => pair.failures.undo(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::{Duration, Instant},
    };

    use super::{ACCOUNT, Attempts, Outcome, PAIR, RETENTION};
    use crate::Error;

    const ADA: &str = "ada@acme.example";

    fn network(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    fn wait(attempts: &Attempts, network: IpAddr, now: Instant) -> Duration {
        match attempts.begin(ADA, Some(network), now) {
            Ok(()) => Duration::ZERO,
            Err(Error::RateLimited { retry_after, .. }) => retry_after,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn the_delay_doubles_up_to_its_limit_and_is_forgotten() {
        let (attempts, mut now) = (Attempts::new(), Instant::now());
        for _ in 0..PAIR.free {
            assert_eq!(wait(&attempts, network(1), now), Duration::ZERO);
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            let delay = Duration::from_secs(seconds);
            assert_eq!(wait(&attempts, network(1), now), delay);
            now += delay;
            assert_eq!(wait(&attempts, network(1), now), Duration::ZERO);
        }
        now += RETENTION + Duration::from_secs(1);
        for _ in 0..PAIR.free {
            assert_eq!(wait(&attempts, network(1), now), Duration::ZERO);
        }
    }

    #[test]
    fn a_guesser_does_not_keep_out_the_owner_on_another_network() {
        let (attempts, now) = (Attempts::new(), Instant::now());
        for _ in 0..1_000 {
            wait(&attempts, network(1), now);
        }
        assert_eq!(wait(&attempts, network(2), now), Duration::ZERO);
    }

    #[test]
    fn many_networks_together_are_delayed_for_seconds_and_a_known_one_is_not() {
        let (attempts, now) = (Attempts::new(), Instant::now());
        let owner = network(200);
        assert_eq!(wait(&attempts, owner, now), Duration::ZERO);
        attempts.end(ADA, Some(owner), Outcome::Correct);
        for index in 0..ACCOUNT.free {
            let guesser = network(u8::try_from(index / PAIR.free).expect("small"));
            assert_eq!(wait(&attempts, guesser, now), Duration::ZERO, "{index}");
        }
        let new = network(100);
        assert_eq!(wait(&attempts, new, now), Duration::from_secs(1));
        assert_eq!(wait(&attempts, owner, now), Duration::ZERO);
        let later = now + ACCOUNT.longest;
        assert_eq!(wait(&attempts, new, later), Duration::ZERO);
    }

    #[test]
    fn correct_and_unchecked_attempts_do_not_count() {
        let (attempts, now) = (Attempts::new(), Instant::now());
        for outcome in [Outcome::Correct, Outcome::Unchecked] {
            for _ in 0..10 * ACCOUNT.free {
                assert_eq!(wait(&attempts, network(1), now), Duration::ZERO);
                attempts.end(ADA, Some(network(1)), outcome);
            }
        }
    }

    #[test]
    fn attempts_at_the_same_time_count() {
        let (attempts, now) = (Attempts::new(), Instant::now());
        let begun = (0..50).filter(|_| wait(&attempts, network(1), now).is_zero());
        assert_eq!(begun.count(), 10);
    }

    #[test]
    fn other_accounts_are_not_delayed() {
        let (attempts, now) = (Attempts::new(), Instant::now());
        while wait(&attempts, network(1), now).is_zero() {}
        assert!(
            attempts
                .begin("grace@acme.example", Some(network(1)), now)
                .is_ok()
        );
    }
}
