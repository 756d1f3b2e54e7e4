//! Optimal partitioning of a series into stretches of constant level (Jackson et al. 2005), by functional pruning
//! (FPOP, Maidstone et al. 2017).
//!
//! Finds; does not test. Where a boundary lies is an estimate, and no p-value is taken at it: a search's extreme has none.

use crate::envelope::{Candidate, Envelope};
use std::ops::Range;

/// The partition of `series` that minimises Σ SSE + `penalty` per segment, with segments of `min_len` values or more; in
/// order, covering the series. A series too short for two segments is one; an empty one has none.
///
/// The series is expected in units of its noise, so that SSE is a χ². Exact, and near to linear in the length for series
/// of noise and steps; quadratic at the worst, for a series that climbs without noise.
pub fn partition(series: &[f64], penalty: f64, min_len: usize) -> Vec<Range<usize>> {
    let n = series.len();
    let min_len = min_len.max(1);
    if n == 0 {
        return Vec::new();
    }
    let sums = PrefixSums::new(series);
    let mut best = vec![f64::INFINITY; n + 1];
    let mut start_of = vec![0; n + 1];
    best[0] = -penalty;
    let inverse: Vec<f64> = (0..=n).map(|length| 1.0 / length.max(1) as f64).collect();
    let mut envelope = Envelope::new(sums.least, sums.most, sums.candidate(0, best[0]));
    for end in min_len..=n {
        // A start is let in when its segment is long enough. All starts gain the same by a further value, so where one
        // costs more than another at some level, it does so for ever.
        let entering = end - min_len;
        if entering >= min_len {
            envelope.insert(sums.candidate(entering, best[entering]), &inverse);
        }
        let (sum, squares) = (sums.values[end], sums.squares[end] + penalty);
        let (mut least, mut cheapest) = (f64::INFINITY, 0);
        for candidate in envelope.candidates() {
            let deviation = sum - candidate.sum;
            let cost = candidate.offset + squares - deviation * deviation * inverse[end - candidate.start];
            if cost < least {
                (least, cheapest) = (cost, candidate.start);
            }
        }
        best[end] = least;
        start_of[end] = cheapest;
    }
    trace_back(&start_of, n)
}

fn trace_back(start_of: &[usize], n: usize) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let mut end = n;
    while end > 0 {
        segments.push(start_of[end]..end);
        end = start_of[end];
    }
    segments.reverse();
    segments
}

/// Sums of values and squares from the beginning, about the first value: far from zero, squares would drown the spread.
struct PrefixSums {
    values: Vec<f64>,
    squares: Vec<f64>,
    /// Least and largest value, about the first: no segment's mean lies outside.
    least: f64,
    most: f64,
}

impl PrefixSums {
    fn new(series: &[f64]) -> PrefixSums {
        let origin = series[0];
        let mut sums = PrefixSums { values: vec![0.0], squares: vec![0.0], least: 0.0, most: 0.0 };
        let (mut value_sum, mut square_sum) = (0.0, 0.0);
        for value in series.iter().map(|value| value - origin) {
            value_sum += value;
            square_sum += value * value;
            sums.values.push(value_sum);
            sums.squares.push(square_sum);
            sums.least = sums.least.min(value);
            sums.most = sums.most.max(value);
        }
        sums
    }

    fn candidate(&self, start: usize, best: f64) -> Candidate {
        Candidate { start, sum: self.values[start], offset: best - self.squares[start] }
    }

    /// Sum of squared deviations from the mean over start..end.
    #[cfg(test)]
    fn sse(&self, start: usize, end: usize) -> f64 {
        let sum = self.values[end] - self.values[start];
        let squares = self.squares[end] - self.squares[start];
        (squares - sum * sum / (end - start) as f64).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_where_it_is() {
        let series: Vec<f64> = (0..40).map(|i| f64::from(i % 2) + if i < 17 { 0.0 } else { 9.0 }).collect();
        assert_eq!(partition(&series, 15.0, 3), [0..17, 17..40]);
    }

    #[test]
    fn short_and_empty_series() {
        assert_eq!(partition(&[], 1.0, 3), []);
        assert_eq!(partition(&[1.0, 9.0], 1.0, 3).len(), 1);
        assert_eq!(partition(&[0.0, 0.0, 0.0, 9.0, 9.0], 1.0, 3).len(), 1);
        assert_eq!(partition(&[0.0, 0.0, 0.0, 9.0, 9.0, 9.0], 1.0, 3), [0..3, 3..6]);
    }

    /// Every partition of a short series tried in turn.
    fn brute_force(series: &[f64], penalty: f64, min_len: usize) -> f64 {
        let n = series.len();
        let mut least = f64::INFINITY;
        for cuts in 0_u32..1 << (n - 1) {
            let mut bounds = vec![0];
            bounds.extend((1..n).filter(|at| cuts >> (at - 1) & 1 == 1));
            bounds.push(n);
            if bounds.windows(2).any(|pair| pair[1] - pair[0] < min_len) {
                continue;
            }
            least = least.min(cost(series, bounds.windows(2).map(|pair| pair[0]..pair[1]), penalty));
        }
        least
    }

    fn cost(series: &[f64], segments: impl Iterator<Item = Range<usize>>, penalty: f64) -> f64 {
        segments
            .map(|range| {
                let part = &series[range];
                let mean = part.iter().sum::<f64>() / part.len() as f64;
                part.iter().map(|v| (v - mean).powi(2)).sum::<f64>() + penalty
            })
            .sum::<f64>()
            - penalty
    }

    /// The quadratic programme that functional pruning replaces: every start is tried for every end.
    fn every_start(series: &[f64], penalty: f64, min_len: usize) -> Vec<Range<usize>> {
        let n = series.len();
        let sums = PrefixSums::new(series);
        let mut best = vec![f64::INFINITY; n + 1];
        let mut start_of = vec![0; n + 1];
        best[0] = -penalty;
        for end in min_len..=n {
            for start in std::iter::once(0).chain(min_len..(end + 1).saturating_sub(min_len)) {
                let cost = best[start] + sums.sse(start, end) + penalty;
                if cost < best[end] {
                    best[end] = cost;
                    start_of[end] = start;
                }
            }
        }
        trace_back(&start_of, n)
    }

    fn stairs(noise: &[f64], height: f64, every: usize) -> Vec<f64> {
        noise.iter().enumerate().map(|(i, e)| e + height * ((i / every) % 3) as f64).collect()
    }

    proptest::proptest! {
        #[test]
        fn pruning_loses_nothing(
            noise in proptest::collection::vec(-3.0_f64..3.0, 20..400),
            height in 0.0_f64..6.0,
            every in 3_usize..60,
            penalty in 0.5_f64..30.0,
            min_len in 1_usize..6,
        ) {
            let series = stairs(&noise, height, every);
            proptest::prop_assert_eq!(partition(&series, penalty, min_len), every_start(&series, penalty, min_len));
        }

        #[test]
        fn pruning_survives_ties(noise in proptest::collection::vec(-2_i32..3, 20..200), penalty in 1_u32..20) {
            let series: Vec<f64> = noise.iter().map(|&value| f64::from(value)).collect();
            let (penalty, found) = (f64::from(penalty), partition(&series, f64::from(penalty), 3));
            let other = every_start(&series, penalty, 3);
            let of = |segments: Vec<Range<usize>>| cost(&series, segments.into_iter(), penalty);
            proptest::prop_assert!((of(found) - of(other)).abs() < 1e-9);
        }

        #[test]
        fn no_partition_is_cheaper(series in proptest::collection::vec(-5.0_f64..5.0, 3..12), penalty in 0.1_f64..20.0) {
            let found = partition(&series, penalty, 3);
            proptest::prop_assert!(found.iter().all(|range| range.len() >= 3));
            let mut at = 0;
            for range in &found {
                proptest::prop_assert_eq!(range.start, at);
                at = range.end;
            }
            proptest::prop_assert_eq!(at, series.len());
            let least = brute_force(&series, penalty, 3);
            proptest::prop_assert!(cost(&series, found.into_iter(), penalty) <= least + 1e-9);
        }
    }
}
