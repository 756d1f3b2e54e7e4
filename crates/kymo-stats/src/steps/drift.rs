//! Stairs on a slope: where a level drifts, the best piecewise constant is a staircase, and none of its steps is one.

use std::ops::Range;

/// Joins neighbours that a straight line fits at least as well as they do themselves; a line costs as much as a boundary,
/// `penalty`, so that two segments become one exactly if the line leaves the smaller squared error.
///
/// `values` have their spikes pulled in; `penalty` is in their unit, squared.
pub(super) fn merge(segments: Vec<Range<usize>>, values: &[f64], penalty: f64) -> Vec<Range<usize>> {
    if segments.len() < 2 {
        return segments;
    }
    let sums = Sums::new(values);
    let mut done: Vec<Piece> = Vec::with_capacity(segments.len());
    for range in segments {
        let cost = sums.about_mean(&range);
        let mut piece = Piece { range, cost };
        while let Some(before) = done.last() {
            let range = before.range.start..piece.range.end;
            let cost = sums.about_line(&range) + penalty;
            if cost > before.cost + piece.cost + penalty {
                break;
            }
            done.pop();
            piece = Piece { range, cost };
        }
        done.push(piece);
    }
    done.into_iter().map(|piece| piece.range).collect()
}

/// A stretch with what it costs: its squared error, and the penalty if it is a line.
struct Piece {
    range: Range<usize>,
    cost: f64,
}

/// Sums of values, squares and products with the index from the beginning, about the first value.
struct Sums {
    values: Vec<f64>,
    squares: Vec<f64>,
    moments: Vec<f64>,
}

impl Sums {
    fn new(values: &[f64]) -> Sums {
        let mut sums = Sums { values: vec![0.0], squares: vec![0.0], moments: vec![0.0] };
        let (mut value_sum, mut square_sum, mut moment_sum) = (0.0, 0.0, 0.0);
        for (index, value) in values.iter().map(|value| value - values[0]).enumerate() {
            value_sum += value;
            square_sum += value * value;
            moment_sum += value * index as f64;
            sums.values.push(value_sum);
            sums.squares.push(square_sum);
            sums.moments.push(moment_sum);
        }
        sums
    }

    /// Sum of squared deviations from the mean.
    fn about_mean(&self, range: &Range<usize>) -> f64 {
        let sum = self.values[range.end] - self.values[range.start];
        let squares = self.squares[range.end] - self.squares[range.start];
        (squares - sum * sum / range.len() as f64).max(0.0)
    }

    /// Sum of squared deviations from the line of least squares.
    fn about_line(&self, range: &Range<usize>) -> f64 {
        let n = range.len() as f64;
        let centre = (range.start + range.end - 1) as f64 / 2.0;
        let sum = self.values[range.end] - self.values[range.start];
        let product = self.moments[range.end] - self.moments[range.start] - sum * centre;
        let spread = n * (n * n - 1.0) / 12.0;
        (self.about_mean(range) - product * product / spread).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(i: usize) -> f64 {
        (i as f64 * 2.399).sin()
    }

    fn thirds() -> Vec<Range<usize>> {
        vec![0..20, 20..40, 40..60]
    }

    #[test]
    fn a_slope_is_no_staircase() {
        let values: Vec<f64> = (0..60).map(|i| 0.3 * i as f64 + wave(i)).collect();
        assert_eq!(merge(thirds(), &values, 20.0), vec![std::ops::Range { start: 0, end: 60 }]);
    }

    #[test]
    fn stairs_are_no_slope() {
        let values: Vec<f64> = (0..60).map(|i| 6.0 * (i / 20) as f64 + wave(i)).collect();
        assert_eq!(merge(thirds(), &values, 20.0), thirds());
    }

    #[test]
    fn a_step_after_a_slope_stays() {
        let values: Vec<f64> = (0..60).map(|i| if i < 40 { 0.3 * i as f64 } else { 40.0 } + wave(i)).collect();
        assert_eq!(merge(thirds(), &values, 20.0), [0..40, 40..60]);
        assert_eq!(merge(Vec::new(), &values, 20.0), []);
    }

    #[test]
    fn the_line_of_least_squares() {
        let sums = Sums::new(&[5.0, 1.0, 3.0, 5.0, 8.0]);
        // 1, 3, 5, 8: mean 4.25, slope 2.3.
        assert!((sums.about_mean(&(1..5)) - 26.75).abs() < 1e-12);
        assert!((sums.about_line(&(1..5)) - 0.3).abs() < 1e-12);
    }
}
