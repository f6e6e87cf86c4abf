//! Rate limits: points of cost a second and concurrent operations of each organization, requests of each address. Each
//! server process counts by itself, so that *n* processes allow *n* times the limit.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use outlay_tenancy::TenantId;
use parking_lot::Mutex;

use super::error::Rejection;

/// The rate and the capacity of a token bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens a second; 0 disables the limit.
    pub a_second: u32,
    /// The capacity: tokens that can be taken at once.
    pub burst: u32,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            text.parse()
                .map_err(|_| format!("{text} is not a whole number"))
        };
        let (a_second, burst) = match text.split_once('/') {
            Some((rate, burst)) => (number(rate)?, number(burst)?),
            None => (number(text)?, number(text)?),
        };
        if a_second > 0 && burst == 0 {
            return Err("a burst is at least 1".into());
        }
        Ok(Self { a_second, burst })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.a_second, self.burst)
    }
}

/// Configuration of the rate limits.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// Concurrent operations of one organization; 0 disables the limit.
    pub tenant_concurrency: usize,
    /// Points of cost that the operations of one organization may take.
    pub tenant: Rate,
    /// Requests of one address that check a credential or are outside any organization.
    pub address: Rate,
    /// The number of trusted proxies in front of the server.
    pub trusted_proxies: usize,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            tenant_concurrency: 100,
            tenant: Rate {
                a_second: 20_000,
                burst: 100_000,
            },
            address: Rate {
                a_second: 20,
                burst: 200,
            },
            trusted_proxies: 0,
        }
    }
}

/// The token buckets of all organizations and addresses.
pub(crate) struct Rates {
    limits: RateLimits,
    tenants: Option<Buckets<TenantId>>,
    addresses: Option<Buckets<IpAddr>>,
    running: Arc<Mutex<HashMap<TenantId, usize>>>,
}

struct Buckets<K: std::hash::Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    rate: Rate,
}

/// Counts an operation as running until it is dropped.
pub(super) struct OperationPermit {
    running: Arc<Mutex<HashMap<TenantId, usize>>>,
    tenant: TenantId,
    /// The points left in the organization's bucket, if there is a limit.
    pub(super) allowance: Option<Allowance>,
}

/// The tokens that remain in a bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    rate: Rate,
    remaining: u32,
}

impl Allowance {
    /// Writes the `RateLimit-*` headers.
    pub(super) fn write_headers(self, headers: &mut HeaderMap) {
        let Self { rate, remaining } = self;
        let reset = rate.burst.saturating_sub(remaining).div_ceil(rate.a_second);
        for (name, value) in [
            ("ratelimit-limit", rate.burst),
            ("ratelimit-remaining", remaining),
            ("ratelimit-reset", reset),
        ] {
            headers.insert(name, HeaderValue::from(value));
        }
    }
}

impl Drop for OperationPermit {
    fn drop(&mut self) {
        let mut running = self.running.lock();
        if let Some(count) = running.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.tenant);
            }
        }
    }
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self {
            limits,
            tenants: Buckets::new(limits.tenant),
            addresses: Buckets::new(limits.address),
            running: Arc::default(),
        }
    }

    /// The network that a request comes from, which is the key of its bucket.
    pub(super) fn network(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        self.client(peer, headers).map(network)
    }

    /// Charges a number of requests to a network.
    pub(super) fn take_address(
        &self,
        network: Option<IpAddr>,
        requests: u64,
    ) -> Result<(), Rejection> {
        match (&self.addresses, network) {
            (Some(buckets), Some(network)) if requests > 0 => {
                let taken = buckets.take(&network, requests);
                taken.map(drop).map_err(|wait| {
                    Rejection::rate_limited("Too many requests from this address.", wait)
                })
            }
            _ => Ok(()),
        }
    }

    /// Charges the cost of an operation to its organization, and counts it as running.
    pub(super) fn begin(&self, tenant: TenantId, cost: u64) -> Result<OperationPermit, Rejection> {
        let mut permit = self.enter(tenant)?;
        if let Some(buckets) = &self.tenants {
            let message = "This organization has exceeded its rate limit.";
            let taken = buckets.take(&tenant, cost);
            let allowance = taken.map_err(|wait| Rejection::rate_limited(message, wait))?;
            permit.allowance = Some(allowance);
        }
        Ok(permit)
    }

    fn enter(&self, tenant: TenantId) -> Result<OperationPermit, Rejection> {
        let maximum = self.limits.tenant_concurrency;
        let mut running = self.running.lock();
        let count = running.entry(tenant).or_default();
        if maximum > 0 && *count >= maximum {
            let message =
                format!("This organization already has {maximum} running operations, the maximum.");
            return Err(Rejection::rate_limited(message, Duration::from_secs(1)));
        }
        *count += 1;
        Ok(OperationPermit {
            running: self.running.clone(),
            tenant,
            allowance: None,
        })
    }

    /// The address of the client: as seen by the outermost trusted proxy, else of the peer.
    fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let proxies = self.limits.trusted_proxies;
        if proxies == 0 {
            return peer;
        }
        let values = headers.get_all("x-forwarded-for").iter();
        let hops: Vec<_> = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let hop = hops
            .len()
            .checked_sub(proxies)
            .map(|index| hops[index].trim());
        hop.and_then(parse_address).or(peer)
    }
}

impl<K: std::hash::Hash + Eq + Clone> Buckets<K> {
    fn new(rate: Rate) -> Option<Self> {
        let burst = NonZeroU32::new(rate.burst)?;
        let quota = Quota::per_second(NonZeroU32::new(rate.a_second)?).allow_burst(burst);
        Some(Self {
            limiter: RateLimiter::keyed(quota).with_middleware(),
            rate,
        })
    }

    /// Takes tokens, or returns how long until there are enough.
    fn take(&self, key: &K, count: u64) -> Result<Allowance, Duration> {
        // An operation that costs more than the capacity waits for a full bucket.
        let count = u32::try_from(count)
            .unwrap_or(u32::MAX)
            .clamp(1, self.rate.burst);
        let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        if self.limiter.len() > MAX_BUCKETS {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key_n(key, count) {
            Ok(Ok(left)) => Ok(Allowance {
                rate: self.rate,
                remaining: left.remaining_burst_capacity(),
            }),
            // More than the capacity, which the clamp above prevents.
            Err(_) => Ok(Allowance {
                rate: self.rate,
                remaining: 0,
            }),
            Ok(Err(wait)) => Err(wait.wait_time_from(DefaultClock::default().now())),
        }
    }
}

/// Full buckets are removed when there are more than this.
const MAX_BUCKETS: usize = 10_000;

/// Parses an address of a forwarding header, with or without a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

/// The key of a bucket: an IPv4 address, or the /64 network of an IPv6 address, since a subscriber has a whole network.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderValue};
    use outlay_tenancy::TenantId;

    use super::super::media::MediaType;
    use super::{Rate, RateLimits, Rates, network};

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_rate_is_read_with_and_without_a_burst() {
        let rate = |a_second, burst| Ok(Rate { a_second, burst });
        assert_eq!("5".parse(), rate(5, 5));
        assert_eq!("5/20".parse(), rate(5, 20));
        assert_eq!("0".parse(), rate(0, 0));
        for wrong in ["", "x", "5/", "5/0", "-1", "1/2/3"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_concurrent_operations_of_an_organization_are_limited() {
        let rates = Rates::new(RateLimits {
            tenant_concurrency: 2,
            ..RateLimits::default()
        });
        let (one, other) = (TenantId::generate(), TenantId::generate());
        let first = rates.begin(one, 1).expect("room");
        let _second = rates.begin(one, 1).expect("room");
        assert!(rates.begin(one, 1).is_err());
        assert!(rates.begin(other, 1).is_ok());
        drop(first);
        assert!(rates.begin(one, 1).is_ok());
    }

    #[test]
    fn the_points_of_an_organization_are_limited() {
        let tenant = Rate {
            a_second: 1,
            burst: 10,
        };
        let rates = Rates::new(RateLimits {
            tenant,
            ..RateLimits::default()
        });
        let (one, other) = (TenantId::generate(), TenantId::generate());
        assert!(rates.begin(one, 6).is_ok());
        let rejected = rates.begin(one, 6).err().expect("it is empty");
        assert_eq!(
            rejected.respond(MediaType::Json).headers()["retry-after"],
            "2"
        );
        assert!(
            rates.begin(other, 1_000).is_ok(),
            "an operation that costs more than the capacity runs alone"
        );
    }

    #[test]
    fn the_address_is_the_one_that_the_trusted_proxy_saw() {
        let mut headers = HeaderMap::new();
        let given = HeaderValue::from_static("6.6.6.6, 1.2.3.4:567, [2001:db8::1]");
        headers.insert("x-forwarded-for", given);
        let peer = Some(address("10.0.0.1"));
        for (trusted_proxies, expected) in [
            (0, "10.0.0.1"),
            (1, "2001:db8::1"),
            (2, "1.2.3.4"),
            (4, "10.0.0.1"),
        ] {
            let limits = RateLimits {
                trusted_proxies,
                ..RateLimits::default()
            };
            let seen = Rates::new(limits).client(peer, &headers);
            assert_eq!(seen, Some(address(expected)), "{trusted_proxies}");
        }
    }

    #[test]
    fn all_addresses_of_an_ipv6_network_share_a_bucket() {
        assert_eq!(network(address("2001:db8::1:2:3")), address("2001:db8::"));
        assert_eq!(network(address("::ffff:1.2.3.4")), address("1.2.3.4"));
    }
}
