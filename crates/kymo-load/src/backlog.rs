//! Whether requests pile up: a server that cannot keep up has more of them waiting the longer it runs.

use crate::Interval;

/// Two-sided p of the trend above which the backlog is taken for steady. Strict, since it is tested on every load.
pub const TREND_P_MAX: f64 = 0.01;

/// Growth of the backlog over the window, as a share of what was planned, below which it does not matter: the achieved
/// rate would be off by as much.
pub const GROWTH_SHARE_MIN: f64 = 0.005;

/// Most points of the series that are tested: Mann-Kendall compares all pairs.
const POINTS_MAX: usize = 120;

/// A backlog that grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Requests a second by which it grew (Theil-Sen).
    pub per_second: f64,
    /// Two-sided p that there is no trend (Mann-Kendall).
    pub p: f64,
}

/// How the requests that wait (in flight and unsent) grew over the window of a series, if they did.
pub fn growth(series: &[Interval], window_s: f64) -> Option<Growth> {
    let inside = series.iter().filter(|interval| interval.start >= 0.0 && interval.start < window_s);
    let waiting: Vec<u64> = inside.clone().map(|interval| interval.in_flight + interval.unsent).collect();
    growth_of(&waiting, inside.map(|interval| interval.planned).sum(), window_s)
}

/// The same of the numbers that waited at the end of each interval, in a window in which so many were planned.
pub fn growth_of(waiting: &[u64], planned: u64, window_s: f64) -> Option<Growth> {
    let each = waiting.len().div_ceil(POINTS_MAX).max(1);
    let mean = |some: &[u64]| some.iter().sum::<u64>() as f64 / some.len() as f64;
    let points: Vec<f64> = waiting.chunks(each).map(mean).collect();
    let trend = kymo_stats::trend(&points)?;
    let grown = trend.slope_log * points.len() as f64;
    let grows = trend.p < TREND_P_MAX && grown > (planned as f64 * GROWTH_SHARE_MIN).max(1.0);
    grows.then(|| Growth { per_second: grown / window_s, p: trend.p })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(waiting: impl Fn(u64) -> u64) -> Vec<Interval> {
        (0..100)
            .map(|i| Interval { start: i as f64 / 10.0, planned: 100, in_flight: waiting(i), ..Interval::default() })
            .collect()
    }

    #[test]
    fn a_backlog_that_grows_is_told_from_one_that_wavers() {
        let grows = growth(&series(|i| 5 + i * 3), 10.0);
        assert!(grows.is_some_and(|growth| (growth.per_second - 30.0).abs() < 3.0), "{grows:?}");
        assert_eq!(growth(&series(|i| 5 + i % 7), 10.0), None);
        assert_eq!(growth(&series(|_| 64), 10.0), None);
        // Significant and of no weight: 20 requests of 10,000.
        assert_eq!(growth(&series(|i| i / 5), 10.0), None);
        assert_eq!(growth(&[], 10.0), None);
    }

    #[test]
    fn a_long_series_is_thinned() {
        let long: Vec<Interval> = (0..36_000_u64)
            .map(|i| Interval { start: i as f64 / 10.0, planned: 100, unsent: i, ..Interval::default() })
            .collect();
        assert!(growth(&long, 3600.0).is_some_and(|growth| (growth.per_second - 10.0).abs() < 0.5));
    }
}
