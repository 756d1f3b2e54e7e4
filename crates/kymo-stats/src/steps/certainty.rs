//! How sure a found step is: where it may lie, how large it may be, and how easily chance makes one like it.

use std::f64::consts::PI;
use std::ops::Range;

use super::SEGMENT_MIN;
use crate::student;

/// A place is excluded when the squared error there, in units of the long-run variance, exceeds the best place's by this:
/// −2·ln(1 − √.95), for a set that holds the place with 95 % (Hansen, Econometrica 68, 2000).
pub const LOCATION_THRESHOLD: f64 = 7.352_3;

/// The places between two neighbouring segments that cannot be excluded, as one stretch; it contains the boundary.
///
/// `values` have their spikes pulled in, `variance` is their long-run variance.
pub(super) fn range(before: &Range<usize>, after: &Range<usize>, values: &[f64], variance: f64) -> Range<usize> {
    let at = after.start;
    let part = &values[before.start..after.end];
    let (n, total) = (part.len(), part.iter().sum::<f64>());
    // The squared error at a place is a constant minus this gain.
    let mut sum = 0.0;
    let mut gains = Vec::with_capacity(n);
    for (index, value) in part.iter().enumerate().take(n.saturating_sub(SEGMENT_MIN)) {
        sum += value - total / n as f64;
        let left = index + 1;
        if left >= SEGMENT_MIN {
            gains.push((before.start + left, sum * sum * n as f64 / (left * (n - left)) as f64));
        }
    }
    let most = gains.iter().map(|(_, gain)| *gain).fold(0.0, f64::max);
    let possible = |gain: f64| gain >= most - LOCATION_THRESHOLD * variance;
    let places = || gains.iter().filter(|(_, gain)| possible(*gain)).map(|(place, _)| *place);
    places().min().unwrap_or(at).min(at)..places().max().unwrap_or(at).max(at) + 1
}

/// The 95 % interval of a difference with this standard error, of a series of `n` values cut into `segments`.
pub(super) fn interval(difference: f64, error: f64, n: usize, segments: usize) -> Option<(f64, f64)> {
    let reach = student::quantile(0.975, n.saturating_sub(segments).max(1) as f64)? * error;
    Some((difference - reach, difference + reach))
}

/// 1 − the chance that a flat stretch of `n` values shows, anywhere, a step as many standard errors high: the tail of the
/// largest of all two-sample statistics (Miller & Siegmund, Biometrics 38, 1982), with segments of [`SEGMENT_MIN`] or more.
pub(super) fn confidence(standard_errors: f64, n: usize) -> f64 {
    let b = standard_errors.abs();
    if b <= 1.0 {
        return 0.0;
    }
    let edge = (SEGMENT_MIN as f64 / n as f64).min(0.5);
    let density = (-b * b / 2.0).exp() / (2.0 * PI).sqrt();
    let chance = density * ((b - 1.0 / b) * 2.0 * ((1.0 - edge) / edge).ln() + 4.0 / b);
    1.0 - chance.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::Draw;

    /// The largest two-sample statistic over all places.
    fn largest(series: &[f64]) -> f64 {
        let n = series.len();
        let mean = series.iter().sum::<f64>() / n as f64;
        let mut sum = 0.0;
        let mut most: f64 = 0.0;
        for (left, value) in series.iter().enumerate().map(|(i, value)| (i + 1, value)).take(n - SEGMENT_MIN) {
            sum += value - mean;
            if left >= SEGMENT_MIN {
                most = most.max(sum.abs() * (n as f64 / (left * (n - left)) as f64).sqrt());
            }
        }
        most
    }

    #[test]
    fn confidence_is_the_tail_of_the_largest_statistic() {
        let mut draw = Draw::new(1, "confidence");
        let mut above = 0;
        for _ in 0..2000 {
            let series: Vec<f64> = (0..120).map(|_| draw.normal()).collect();
            above += usize::from(confidence(largest(&series), 120) > 0.95);
        }
        // The approximation is one for continuous time and errs to the safe side.
        assert!((20..=100).contains(&above), "{above} of 2000 at a nominal 5 %");
    }

    #[test]
    fn confidence_grows_with_the_step() {
        assert_eq!(confidence(0.5, 100), 0.0);
        assert!(confidence(4.0, 100) < confidence(5.0, 100) && confidence(9.0, 100) > 0.999_999);
        assert!(confidence(-5.0, 6) > confidence(-5.0, 600));
    }

    #[test]
    fn the_range_is_narrow_where_the_step_is_clear() {
        let mut draw = Draw::new(1, "range");
        let mut series =
            |height: f64| -> Vec<f64> { (0..60).map(|i| draw.normal() + if i < 40 { 0.0 } else { height }).collect() };
        assert_eq!(range(&(0..40), &(40..60), &series(20.0), 1.0), 40..41);
        let wide = range(&(0..40), &(40..60), &series(1.0), 1.0);
        assert!(wide.contains(&40) && wide.len() > 3, "{wide:?}");
    }
}
