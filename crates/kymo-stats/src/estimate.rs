//! One variant of one benchmark: the geometric mean of its invocations, with an interval.
//!
//! Counts invocations, never iterations: the mean over the steady iterations of a process is one value.

use crate::{sample, student};

/// Fewest invocations for which an interval is printed. With two code-layout modes a 95 % interval covers 83 % at 5 and
/// 94 % at 10; below 5 it means nothing. Source: simulation, `docs/validation.md`, S1.
pub const INVOCATIONS_FOR_INTERVAL: usize = 5;

/// An interval, `lo` ≤ `hi`, in whatever the field that holds it is in (logarithms unless it says otherwise).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lo: f64,
    /// The upper end.
    pub hi: f64,
}

impl Interval {
    /// The interval `centre` ± `half_width`.
    pub fn around(centre: f64, half_width: f64) -> Interval {
        Interval { lo: centre - half_width, hi: centre + half_width }
    }

    /// Half its width.
    pub fn half_width(&self) -> f64 {
        (self.hi - self.lo) / 2.0
    }

    /// Whether `value` lies within, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// The same interval of ratios or costs, when this one is of logarithms.
    pub fn exp(&self) -> Interval {
        Interval { lo: self.lo.exp(), hi: self.hi.exp() }
    }
}

/// Cost of one variant: the geometric mean over its invocations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Number of invocations.
    pub n: usize,
    /// Mean of ln cost.
    pub mean_log: f64,
    /// Standard deviation of ln cost, divisor n − 1 (roughly the relative standard deviation); `None` for one invocation.
    pub sd_log: Option<f64>,
    /// 95 % interval of the mean of ln cost, mean ± t(.975, n − 1)·s/√n; `None` below five invocations.
    pub ci95: Option<Interval>,
}

impl Estimate {
    /// Geometric mean, in the unit of the costs.
    pub fn geometric_mean(&self) -> f64 {
        self.mean_log.exp()
    }

    /// 95 % interval of the geometric mean, in the unit of the costs.
    pub fn interval(&self) -> Option<Interval> {
        self.ci95.map(|interval| interval.exp())
    }
}

/// Estimates a variant's cost from one cost an invocation; `None` if there is none, or one is not a positive number.
pub fn estimate(costs: &[f64]) -> Option<Estimate> {
    let logs = sample::logs(costs)?;
    let mean_log = sample::mean(&logs)?;
    let sd_log = sample::sd(&logs);
    let n = logs.len();
    let ci95 = sd_log.filter(|_| n >= INVOCATIONS_FOR_INTERVAL).and_then(|sd| {
        let t = student::quantile(0.975, (n - 1) as f64)?;
        Some(Interval::around(mean_log, t * sd / (n as f64).sqrt()))
    });
    Some(Estimate { n, mean_log, sd_log, ci95 })
}

/// Cost of one invocation: the arithmetic mean of its iterations from `cut` on, for costs add; in their unit. `None` if
/// none is left.
pub fn invocation_cost(iterations: &[f64], cut: usize) -> Option<f64> {
    iterations.get(cut..).and_then(sample::mean)
}

/// Diagnostics of one invocation or variant, in the unit of the costs. None of them is an estimate: the minimum rewards
/// luck, and all three hide how often it happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diagnostics {
    /// Smallest cost.
    pub min: f64,
    /// Median cost.
    pub median: f64,
    /// 90th percentile.
    pub p90: f64,
}

/// Minimum, median and 90th percentile; `None` for an empty sample.
pub fn diagnostics(costs: &[f64]) -> Option<Diagnostics> {
    Some(Diagnostics {
        min: sample::quantile(costs, 0.0)?,
        median: sample::median(costs)?,
        p90: sample::quantile(costs, 0.9)?,
    })
}

/// Fewest requests of one load run from which its quantile `probability` may be read, 10/(1 − p): ten lie beyond it.
/// `None` unless 0 < `probability` < 1.
pub fn requests_for_quantile(probability: f64) -> Option<u64> {
    // 1 − 0.9 is a little below 0.1, and must not cost a request.
    const ROUNDING: f64 = 1e-6;
    (probability > 0.0 && probability < 1.0).then(|| (10.0 / (1.0 - probability) - ROUNDING).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_takes_five_invocations() {
        let four = estimate(&[1.0, 1.1, 0.9, 1.0]).unwrap();
        assert_eq!(four.ci95, None);
        assert!(four.sd_log.is_some());
        assert!(estimate(&[1.0, 1.1, 0.9, 1.0, 1.0]).unwrap().ci95.is_some());
        assert_eq!(estimate(&[2.0]).unwrap().sd_log, None);
        assert_eq!(estimate(&[]), None);
        assert_eq!(estimate(&[1.0, -1.0]), None);
    }

    #[test]
    fn geometric_mean_lies_in_its_interval() {
        let found = estimate(&[1.0, 2.0, 4.0, 2.0, 2.0]).unwrap();
        assert!((found.geometric_mean() - 2.0).abs() < 1e-12);
        assert!(found.interval().unwrap().contains(2.0));
    }

    #[test]
    fn cost_is_the_mean_after_the_cut() {
        assert_eq!(invocation_cost(&[9.0, 1.0, 3.0], 1), Some(2.0));
        assert_eq!(invocation_cost(&[9.0], 1), None);
        assert_eq!(invocation_cost(&[9.0], 2), None);
    }

    #[test]
    fn ten_requests_lie_beyond_a_quantile() {
        assert_eq!(requests_for_quantile(0.5), Some(20));
        assert_eq!(requests_for_quantile(0.9), Some(100));
        assert_eq!(requests_for_quantile(0.99), Some(1000));
        assert_eq!(requests_for_quantile(0.999), Some(10_000));
        assert_eq!(requests_for_quantile(1.0), None);
    }

    #[test]
    fn diagnostics_are_order_statistics() {
        let found = diagnostics(&[3.0, 1.0, 2.0]).unwrap();
        assert_eq!((found.min, found.median), (1.0, 2.0));
        assert!((found.p90 - 2.8).abs() < 1e-12);
    }
}
