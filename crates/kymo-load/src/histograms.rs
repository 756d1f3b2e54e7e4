//! Histograms of times, and what is said of them.

use crate::report::Summary;
use hdrhistogram::Histogram;

/// Longest time that a histogram tells apart, in nanoseconds: an hour. What is longer counts as that.
pub const LONGEST_NS: u64 = 3_600_000_000_000;

/// Significant decimal digits of a histogram: a value is within 0.1 % of the true one.
pub const DIGITS: u8 = 3;

/// The three distributions of a load over its window, in nanoseconds. They can be merged, and written as standard HDR
/// logs (V2).
#[derive(Clone, Debug, PartialEq)]
pub struct Histograms {
    /// From the planned time of a request to the last byte of its answer.
    pub response: Histogram<u64>,
    /// From when a request was sent to the last byte of its answer.
    pub service: Histogram<u64>,
    /// From the planned time of a request to when it was sent though a connection was free.
    pub lateness: Histogram<u64>,
}

impl Default for Histograms {
    fn default() -> Self {
        Self::new()
    }
}

impl Histograms {
    /// Without samples.
    pub fn new() -> Self {
        Self { response: empty(), service: empty(), lateness: empty() }
    }

    /// Adds the samples of another.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.response, &other.response);
        add(&mut self.service, &other.service);
        add(&mut self.lateness, &other.lateness);
    }

    pub(crate) fn clear(&mut self) {
        for histogram in [&mut self.response, &mut self.service, &mut self.lateness] {
            // Resetting writes all of it; merely cleared, it would keep its extremes for the next interval.
            if !histogram.is_empty() {
                histogram.reset();
            }
        }
    }
}

/// A histogram of times without samples.
pub(crate) fn empty() -> Histogram<u64> {
    #[allow(clippy::expect_used, reason = "the bounds are constants that the library takes")]
    Histogram::new_with_bounds(1, LONGEST_NS, DIGITS).expect("1 ns to an hour with three digits")
}

/// Adds samples of a histogram to another. Those beyond [`LONGEST_NS`], which a histogram of ours never has, count as
/// that.
pub(crate) fn add(to: &mut Histogram<u64>, from: &Histogram<u64>) {
    if !from.is_empty() && to.add(from).is_err() {
        for value in from.iter_recorded() {
            to.saturating_record_n(value.value_iterated_to(), value.count_at_value());
        }
    }
}

/// Sums up a histogram of nanoseconds, in one pass.
pub fn summary(histogram: &Histogram<u64>) -> Summary {
    const SHARES: [f64; 6] = [0.5, 0.75, 0.9, 0.99, 0.999, 0.9999];
    let count = histogram.len();
    if count == 0 {
        return Summary::default();
    }
    // The sample at a share is the one of that rank, from 1, and of the rank above where the share is no whole rank.
    let ranks = SHARES.map(|share| ((share * count as f64).ceil() as u64).clamp(1, count));
    let (mut values, mut seen, mut reached) = ([0_u64; SHARES.len()], 0, 0);
    let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
    for value in histogram.iter_recorded() {
        let at = value.value_iterated_to();
        seen += value.count_at_value();
        while reached < ranks.len() && seen >= ranks[reached] {
            values[reached] = at.min(histogram.max());
            reached += 1;
        }
        let middle = histogram.median_equivalent(at) as f64;
        sum += middle * value.count_at_value() as f64;
        squares += middle * middle * value.count_at_value() as f64;
    }
    let mean = sum / count as f64;
    let variance = (squares / count as f64 - mean * mean).max(0.0);
    let [p50, p75, p90, p99, p99_9, p99_99] = values.map(seconds);
    let (min, max) = (seconds(histogram.min()), seconds(histogram.max()));
    Summary { count, min, mean: mean * 1e-9, stddev: variance.sqrt() * 1e-9, p50, p75, p90, p99, p99_9, p99_99, max }
}

fn seconds(ns: u64) -> f64 {
    ns as f64 * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_summary_says_what_the_samples_say(mut samples in proptest::collection::vec(1_u64..10_000_000_000, 1..300)) {
            let mut histogram = empty();
            samples.iter().for_each(|sample| histogram.saturating_record(*sample));
            let said = summary(&histogram);
            samples.sort_unstable();
            let exact = |share: f64| samples[(share * samples.len() as f64).ceil() as usize - 1] as f64 * 1e-9;
            let near = |one: f64, other: f64| (one - other).abs() <= 1.1e-3 * other + 2e-9;
            prop_assert_eq!(said.count, samples.len() as u64);
            prop_assert!(near(said.p50, exact(0.5)) && near(said.p99, exact(0.99)), "{said:?}");
            prop_assert!(near(said.max, exact(1.0)) && near(said.min, samples[0] as f64 * 1e-9), "{said:?}");
            let mean = samples.iter().sum::<u64>() as f64 / samples.len() as f64 * 1e-9;
            prop_assert!(near(said.mean, mean), "{said:?} {mean}");
            prop_assert!(said.p50 <= said.p75 && said.p99_99 <= said.max);
        }
    }

    #[test]
    fn nothing_of_an_interval_stays_for_the_next() {
        let mut histograms = Histograms::new();
        histograms.response.saturating_record(5_000_000);
        histograms.clear();
        assert_eq!(histograms, Histograms::new());
        histograms.response.saturating_record(1_000);
        assert!(summary(&histograms.response).max < 2e-6, "{:?}", summary(&histograms.response));
    }

    #[test]
    fn what_is_longer_than_an_hour_counts_as_an_hour() {
        let mut histogram = empty();
        histogram.saturating_record(u64::MAX);
        assert!((summary(&histogram).max - 3600.0).abs() < 4.0, "{:?}", summary(&histogram));
        assert_eq!(summary(&empty()), Summary::default());
    }
}
