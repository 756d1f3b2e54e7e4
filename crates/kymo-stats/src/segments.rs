//! Optimal partitioning of a series into stretches of constant level (Jackson et al. 2005).
//!
//! Finds; does not test. Where a boundary lies is an estimate, and no p-value is taken at it: a search's extreme has none.

use std::ops::Range;

/// The partition of `series` that minimises Σ SSE + `penalty` per segment, with segments of `min_len` values or more; in
/// order, covering the series. A series too short for two segments is one; an empty one has none.
///
/// The series is expected in units of its noise, so that SSE is a χ². Quadratic in the length: fine for the thousands, not
/// for the millions.
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
}

impl PrefixSums {
    fn new(series: &[f64]) -> PrefixSums {
        let origin = series[0];
        let mut sums = PrefixSums { values: vec![0.0], squares: vec![0.0] };
        let (mut value_sum, mut square_sum) = (0.0, 0.0);
        for value in series.iter().map(|value| value - origin) {
            value_sum += value;
            square_sum += value * value;
            sums.values.push(value_sum);
            sums.squares.push(square_sum);
        }
        sums
    }

    /// Sum of squared deviations from the mean over start..end.
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

    proptest::proptest! {
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
