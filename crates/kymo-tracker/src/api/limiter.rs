//! How often one may ask: a bucket of tokens for each address and each token, in this server's memory. It matters for the
//! server's health alone, so servers do not share it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Buckets that are kept at most; then the full ones go, and if that is too few, all.
const BUCKETS_MAX: usize = 50_000;

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Those from an address; for IPv6 from a network of 64 bits, which is what one customer has.
    Address(IpAddr),
    /// Those with a token or of a session, by its public part.
    Token(String),
}

impl Who {
    /// By an address.
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(network.into())
            }
            v4 => v4,
        })
    }
}

/// A limiter of requests.
pub struct Limiter {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<Who, Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    /// So many requests a second, and so many at once after a pause.
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, buckets: Mutex::default() }
    }

    /// Takes requests from somebody's bucket.
    ///
    /// # Errors
    /// The seconds until there are as many again.
    pub fn take(&self, who: Who, count: f64, now: Instant) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&who) {
            let full = |bucket: &Bucket| self.filled(bucket, now) >= self.burst;
            buckets.retain(|_, bucket| !full(bucket));
            if buckets.len() >= BUCKETS_MAX {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(who).or_insert(Bucket { left: self.burst, at: now });
        let left = self.filled(bucket, now);
        bucket.at = now;
        // What costs more than there can ever be takes all there is.
        let count = count.min(self.burst);
        if left < count {
            bucket.left = left;
            return Err(((count - left) / self.per_second).ceil().max(1.0) as u64);
        }
        bucket.left = left - count;
        Ok(())
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + passed * self.per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_and_fills_again_and_is_nobody_elses() {
        let limiter = Limiter::new(2.0, 4.0);
        let (start, who) = (Instant::now(), Who::at("192.0.2.1".parse().unwrap()));
        for _ in 0..4 {
            assert_eq!(limiter.take(who.clone(), 1.0, start), Ok(()));
        }
        assert_eq!(limiter.take(who.clone(), 1.0, start), Err(1));
        assert_eq!(limiter.take(Who::at("192.0.2.2".parse().unwrap()), 1.0, start), Ok(()));
        assert_eq!(limiter.take(who.clone(), 1.0, start + Duration::from_millis(500)), Ok(()));
        assert_eq!(limiter.take(who.clone(), 4.0, start + Duration::from_millis(500)), Err(2));
        assert_eq!(limiter.take(who, 100.0, start + Duration::from_secs(60)), Ok(()));
    }

    #[test]
    fn neighbours_in_a_network_of_ipv6_are_one() {
        let at = |text: &str| Who::at(text.parse().unwrap());
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
    }

    #[test]
    fn the_memory_of_it_is_bounded() {
        let limiter = Limiter::new(1.0, 2.0);
        let now = Instant::now();
        for number in 0..(BUCKETS_MAX as u32 * 2) {
            let _ = limiter.take(Who::at(IpAddr::V4(number.into())), 1.0, now);
        }
        assert!(limiter.buckets.lock().unwrap().len() <= BUCKETS_MAX);
    }
}
