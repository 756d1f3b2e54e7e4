//! Squared errors of a stretch of a series about its mean, its line, and a line with one bend, each in constant time.

use std::ops::Range;

/// Sums of values, squares and products with the index from the beginning, about the first value.
pub(super) struct Sums {
    values: Vec<f64>,
    squares: Vec<f64>,
    moments: Vec<f64>,
}

impl Sums {
    /// Of a series that is not empty.
    pub(super) fn new(values: &[f64]) -> Sums {
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

    fn sum(&self, range: &Range<usize>) -> f64 {
        self.values[range.end] - self.values[range.start]
    }

    /// Sum of squared deviations from the mean.
    pub(super) fn about_mean(&self, range: &Range<usize>) -> f64 {
        let sum = self.sum(range);
        let squares = self.squares[range.end] - self.squares[range.start];
        (squares - sum * sum / range.len() as f64).max(0.0)
    }

    /// Sum of products with the index about `centre`.
    fn product(&self, range: &Range<usize>, centre: f64) -> f64 {
        self.moments[range.end] - self.moments[range.start] - self.sum(range) * centre
    }

    /// Sum of squared deviations from the line of least squares.
    pub(super) fn about_line(&self, range: &Range<usize>) -> f64 {
        let product = self.product(range, centre(range));
        (self.about_mean(range) - product * product / spread(range)).max(0.0)
    }

    /// How much the line of least squares rises from value to value.
    pub(super) fn slope(&self, range: &Range<usize>) -> f64 {
        self.product(range, centre(range)) / spread(range)
    }

    /// Sum of squared deviations from the unbroken line of least squares that has one bend, at the index `at`: a line and a
    /// hinge max(0, i − at), with what the line explains of the hinge taken out.
    pub(super) fn about_bend(&self, range: &Range<usize>, at: usize) -> f64 {
        let n = range.len() as f64;
        let centre = centre(range);
        let after = at..range.end;
        let last = after.len() as f64 - 1.0;
        let hinge_sum = last * (last + 1.0) / 2.0;
        let hinge_squares = last * (last + 1.0) * (2.0 * last + 1.0) / 6.0;
        let hinge_product = hinge_squares + hinge_sum * (at as f64 - centre);
        let hinge_spread = hinge_squares - hinge_sum * hinge_sum / n - hinge_product * hinge_product / spread(range);
        let line = self.about_line(range);
        // Of a hinge that begins at the end there is nothing to explain.
        if hinge_spread < 1e-9 {
            return line;
        }
        let shared = self.product(&after, at as f64)
            - hinge_sum * self.sum(range) / n
            - hinge_product * self.product(range, centre) / spread(range);
        (line - shared * shared / hinge_spread).max(0.0)
    }
}

/// The mean index.
fn centre(range: &Range<usize>) -> f64 {
    (range.start + range.end - 1) as f64 / 2.0
}

/// Sum of squared deviations of the indices from their mean.
fn spread(range: &Range<usize>) -> f64 {
    let n = range.len() as f64;
    n * (n * n - 1.0) / 12.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_least_squares() {
        let sums = Sums::new(&[5.0, 1.0, 3.0, 5.0, 8.0]);
        // 1, 3, 5, 8: mean 4.25, slope 2.3.
        assert!((sums.about_mean(&(1..5)) - 26.75).abs() < 1e-12);
        assert!((sums.about_line(&(1..5)) - 0.3).abs() < 1e-12);
        assert!((sums.slope(&(1..5)) - 2.3).abs() < 1e-12);
    }

    #[test]
    fn the_line_with_a_bend() {
        // 9, then flat at 2 up to the index 4, then up by 3 each; then a value off it by 1.
        let mut values = vec![9.0, 2.0, 2.0, 2.0, 2.0, 5.0, 8.0, 11.0, 14.0];
        let sums = Sums::new(&values);
        assert!(sums.about_bend(&(1..9), 4) < 1e-9);
        assert!(sums.about_bend(&(1..9), 3) > 1.0 && sums.about_bend(&(1..9), 6) > 1.0);
        assert!((sums.about_bend(&(1..9), 8) - sums.about_line(&(1..9))).abs() < 1e-9);
        values[8] = 15.0;
        let error = Sums::new(&values).about_bend(&(1..9), 4);
        assert!(error > 0.0 && error < 1.0);
    }

    /// What remains of `values` when everything that `columns` explain is taken out, one after the other made orthogonal.
    fn residual_squares(values: &[f64], columns: &[Vec<f64>]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let without = |mut column: Vec<f64>, basis: &[Vec<f64>]| {
            for known in basis {
                let share = dot(&column, known) / dot(known, known);
                column.iter_mut().zip(known).for_each(|(value, of_known)| *value -= share * of_known);
            }
            column
        };
        for column in columns {
            basis.push(without(column.clone(), &basis));
        }
        let rest = without(values.to_vec(), &basis);
        dot(&rest, &rest)
    }

    proptest::proptest! {
        #[test]
        fn sums_say_what_least_squares_do(
            values in proptest::collection::vec(-50.0_f64..50.0, 12..60),
            start in 0_usize..4,
            share in 0.2_f64..0.8,
        ) {
            let range = start..values.len();
            let at = start + (share * range.len() as f64) as usize;
            let column = |of: fn(f64) -> f64, about: usize| -> Vec<f64> {
                range.clone().map(|i| of(i as f64 - about as f64)).collect()
            };
            let (one, line, hinge) = (column(|_| 1.0, 0), column(|i| i, 0), column(|i| i.max(0.0), at));
            let sums = Sums::new(&values);
            let part = &values[range.clone()];
            let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + b);
            proptest::prop_assert!(near(sums.about_mean(&range), residual_squares(part, std::slice::from_ref(&one))));
            proptest::prop_assert!(near(sums.about_line(&range), residual_squares(part, &[one.clone(), line.clone()])));
            proptest::prop_assert!(near(sums.about_bend(&range, at), residual_squares(part, &[one, line, hinge])));
        }
    }
}
