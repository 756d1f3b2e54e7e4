//! Clocks: the system's, and one that tests move by hand.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nanoseconds on the monotonic clock since an arbitrary start.
///
/// Source: `CLOCK_MONOTONIC` through the C library, which on Linux reads it in user space (vDSO) without a system
/// call where the clock source allows. It never goes back; its rate is corrected by NTP by 0.05 % at most.
#[cfg(unix)]
#[inline]
pub fn monotonic_ns() -> u64 {
    crate::sys::clock_ns(crate::sys::ClockId::Monotonic)
}

/// Nanoseconds on the monotonic clock since the first call in this process.
#[cfg(not(unix))]
pub fn monotonic_ns() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    // 2^64 nanoseconds are 584 years.
    START.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
}

/// What tells the time to code that schedules or records: the system's clock, or a fake one in tests.
pub trait Clock: Send + Sync {
    /// Time since an arbitrary start; never goes back.
    fn now(&self) -> Duration;

    /// Seconds since 1970-01-01 UTC.
    fn unix_s(&self) -> u64;
}

/// The system's clocks: monotonic for spans, real time for dates.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_ns())
    }

    fn unix_s(&self) -> u64 {
        // A date before 1970 is a machine whose clock was never set: shown as the start of the count.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}

/// A clock that stands still until it is moved: whole runs become exact and instant in tests.
///
/// It starts at zero; [`FakeClock::advance`] and [`FakeClock::set`] move it, from any thread.
#[derive(Debug, Default)]
pub struct FakeClock {
    now_ns: AtomicU64,
    start_unix_s: u64,
}

impl FakeClock {
    /// A clock that stands at zero, at `start_unix_s` seconds since 1970-01-01 UTC.
    pub fn new(start_unix_s: u64) -> Self {
        Self { now_ns: AtomicU64::new(0), start_unix_s }
    }

    /// Moves the clock on by `span`.
    pub fn advance(&self, span: Duration) {
        self.now_ns.fetch_add(nanos(span), Ordering::SeqCst);
    }

    /// Sets the time since the start. A time before the present one changes nothing: clocks do not go back.
    pub fn set(&self, since_start: Duration) {
        self.now_ns.fetch_max(nanos(since_start), Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.now_ns.load(Ordering::SeqCst))
    }

    fn unix_s(&self) -> u64 {
        self.start_unix_s + self.now().as_secs()
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_clock_never_goes_back() {
        let mut last = monotonic_ns();
        for _ in 0..100_000 {
            let now = monotonic_ns();
            assert!(now >= last);
            last = now;
        }
    }

    #[test]
    fn the_system_clock_knows_this_century() {
        assert!(SystemClock.unix_s() > 1_600_000_000);
        assert!(SystemClock.now() <= SystemClock.now());
    }

    #[test]
    fn the_fake_clock_moves_only_when_told() {
        let clock = FakeClock::new(1000);
        assert_eq!((clock.now(), clock.unix_s()), (Duration::ZERO, 1000));
        clock.advance(Duration::from_millis(1500));
        assert_eq!((clock.now(), clock.unix_s()), (Duration::from_millis(1500), 1001));
        clock.set(Duration::from_secs(1));
        assert_eq!(clock.now(), Duration::from_millis(1500), "it does not go back");
        clock.set(Duration::from_secs(60));
        assert_eq!(clock.unix_s(), 1060);
    }
}
