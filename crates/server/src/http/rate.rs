//! How much each organization and each address may ask for: so many points of cost a second, so many operations at the
//! same time. A limit is this process's own; several servers allow as many times as much.

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

use super::error::Refusal;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In a second; 0 sets no limit.
    pub a_second: u32,
    /// At once, after a rest.
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

/// What an operator may set about rates.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// Operations of one organization at the same time; 0 sets no limit.
    pub tenant_concurrency: usize,
    /// Points of cost of one organization.
    pub tenant: Rate,
    /// Requests of one address that sign in, or are outside any organization.
    pub address: Rate,
    /// How many proxies of the operator's a request passes.
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

/// The buckets of all organizations and addresses.
pub(crate) struct Rates {
    limits: RateLimits,
    tenants: Option<Buckets<TenantId>>,
    addresses: Option<Buckets<IpAddr>>,
    under_way: Arc<Mutex<HashMap<TenantId, usize>>>,
}

struct Buckets<K: std::hash::Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>,
    rate: Rate,
}

/// An operation under way; dropped when it ends.
pub(super) struct Running {
    under_way: Arc<Mutex<HashMap<TenantId, usize>>>,
    tenant: TenantId,
    /// What its organization has left, where there is a limit.
    pub(super) allowance: Option<Allowance>,
}

/// What is left of a bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    rate: Rate,
    remaining: u32,
}

impl Allowance {
    /// Tells a client, in the headers that most servers use.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
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

impl Drop for Running {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock();
        if let Some(count) = under_way.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.tenant);
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
            under_way: Arc::default(),
        }
    }

    /// The network that a request comes from, whose bucket it uses.
    pub(super) fn network(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        self.client(peer, headers).map(network)
    }

    /// Takes so many requests of a network.
    pub(super) fn take_address(
        &self,
        network: Option<IpAddr>,
        requests: u64,
    ) -> Result<(), Refusal> {
        match (&self.addresses, network) {
            (Some(buckets), Some(network)) if requests > 0 => {
                let taken = buckets.take(&network, requests);
                taken.map(drop).map_err(|wait| {
                    Refusal::rate_limited("This address sends too many requests.", wait)
                })
            }
            _ => Ok(()),
        }
    }

    /// Takes an operation's cost from its organization, and counts it as under way.
    pub(super) fn begin(&self, tenant: TenantId, cost: u64) -> Result<Running, Refusal> {
        let mut running = self.enter(tenant)?;
        if let Some(buckets) = &self.tenants {
            let message = "This organization uses more than its share of this server.";
            let taken = buckets.take(&tenant, cost);
            let allowance = taken.map_err(|wait| Refusal::rate_limited(message, wait))?;
            running.allowance = Some(allowance);
        }
        Ok(running)
    }

    fn enter(&self, tenant: TenantId) -> Result<Running, Refusal> {
        let most = self.limits.tenant_concurrency;
        let mut under_way = self.under_way.lock();
        let count = under_way.entry(tenant).or_default();
        if most > 0 && *count >= most {
            let message = format!("This organization has {most} operations under way already.");
            return Err(Refusal::rate_limited(message, Duration::from_secs(1)));
        }
        *count += 1;
        Ok(Running {
            under_way: self.under_way.clone(),
            tenant,
            allowance: None,
        })
    }

    /// Where a request comes from: what our own outermost proxy saw, or who connected.
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

    /// Takes so many, or says how long until there are as many.
    fn take(&self, key: &K, count: u64) -> Result<Allowance, Duration> {
        // What is dearer than a full bucket waits until it is full.
        let count = u32::try_from(count)
            .unwrap_or(u32::MAX)
            .clamp(1, self.rate.burst);
        let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key_n(key, count) {
            Ok(Ok(left)) => Ok(Allowance {
                rate: self.rate,
                remaining: left.remaining_burst_capacity(),
            }),
            // More than a bucket holds, which was ruled out above.
            Err(_) => Ok(Allowance {
                rate: self.rate,
                remaining: 0,
            }),
            Ok(Err(wait)) => Err(wait.wait_time_from(DefaultClock::default().now())),
        }
    }
}

/// Full buckets are forgotten when there are more than so many.
const MANY: usize = 10_000;

/// An address as forwarding headers write it, with or without a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

/// Whom a bucket belongs to: an address, or a subscriber's network of IPv6, which has more addresses than there are
/// buckets.
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
    fn an_organization_has_so_many_operations_under_way_and_no_more() {
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
    fn an_organization_uses_its_points_and_no_more() {
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
        let refused = rates.begin(one, 6).err().expect("it is empty");
        assert_eq!(
            refused.respond(MediaType::Json).headers()["retry-after"],
            "2"
        );
        assert!(
            rates.begin(other, 1_000).is_ok(),
            "what is dearer than a bucket runs alone"
        );
    }

    #[test]
    fn the_address_is_what_our_own_proxy_saw() {
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
    fn a_subscriber_has_one_bucket_whatever_address_is_used() {
        assert_eq!(network(address("2001:db8::1:2:3")), address("2001:db8::"));
        assert_eq!(network(address("::ffff:1.2.3.4")), address("1.2.3.4"));
    }
}
