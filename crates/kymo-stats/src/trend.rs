//! Slow drift of a series: the Mann-Kendall test with trend-free pre-whitening (Yue et al. 2002).
//!
//! A hint only. On a machine that wanders it calls a third of flat series drifting; anchors ([`crate::anchors`]) answer the
//! question.

use crate::{robust, sample, student};

/// Fewest values for which the normal approximation of Mann-Kendall is used (Kendall 1975: ten).
pub const VALUES_MIN: usize = 10;

/// A trend of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Values in the series.
    pub n: usize,
    /// Median of all pairwise slopes (Theil-Sen): change of the log value from one commit to the next.
    pub slope_log: f64,
    /// Lag-1 autocorrelation of what is left without the slope.
    pub phi: f64,
    /// Two-sided p that there is no trend, normal approximation with continuity correction.
    pub p: f64,
}

/// Trend of a series of log values, evenly spaced. `None` for fewer than ten, or one that is not finite.
pub fn trend(logs: &[f64]) -> Option<Trend> {
    if logs.len() < VALUES_MIN || logs.iter().any(|log| !log.is_finite()) {
        return None;
    }
    let slope_log = theil_sen(logs)?;
    let rest: Vec<f64> = logs.iter().enumerate().map(|(t, log)| log - slope_log * t as f64).collect();
    let phi = robust::lag1_autocorrelation(&rest, sample::mean(&rest)?).unwrap_or(0.0);
    Some(Trend { n: logs.len(), slope_log, phi, p: mann_kendall_p(&prewhitened(&rest, slope_log, phi)) })
}

/// Median of the slopes between all pairs.
fn theil_sen(series: &[f64]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(series.len() * (series.len() - 1) / 2);
    for (i, earlier) in series.iter().enumerate() {
        let later = series.iter().enumerate().skip(i + 1);
        slopes.extend(later.map(|(j, later)| (later - earlier) / (j - i) as f64));
    }
    sample::median(&slopes)
}

/// Takes the autocorrelation out of the rest and puts the trend back: yₜ = (rₜ − φ·rₜ₋₁)/(1 − φ) + b·t.
fn prewhitened(rest: &[f64], slope: f64, phi: f64) -> Vec<f64> {
    rest.windows(2)
        .enumerate()
        .map(|(before, pair)| (pair[1] - phi * pair[0]) / (1.0 - phi) + slope * (before + 1) as f64)
        .collect()
}

/// S = Σ over i < j of sign(yⱼ − yᵢ), var S = n(n − 1)(2n + 5)/18.
fn mann_kendall_p(series: &[f64]) -> f64 {
    let mut score = 0_i64;
    for (i, earlier) in series.iter().enumerate() {
        for later in &series[i + 1..] {
            score += i64::from(later > earlier) - i64::from(later < earlier);
        }
    }
    let n = series.len() as f64;
    let variance = n * (n - 1.0) * (2.0 * n + 5.0) / 18.0;
    // S moves in steps of two, so half a step is one.
    let distance = (score.unsigned_abs() as f64 - 1.0).max(0.0);
    student::normal_two_sided_p(distance / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_found_and_a_flat_series_is_not() {
        let noise = |i: usize| 0.01 * (i as f64 * 2.399).sin();
        let rising: Vec<f64> = (0..100).map(|i| 0.0005 * i as f64 + noise(i)).collect();
        let found = trend(&rising).unwrap();
        assert!((found.slope_log - 0.0005).abs() < 5e-5);
        assert!(found.p < 0.01);
        let flat: Vec<f64> = (0..100).map(noise).collect();
        assert!(trend(&flat).unwrap().p > 0.2);
    }

    #[test]
    fn a_series_that_stands_still() {
        let found = trend(&[1.0; 20]).unwrap();
        assert_eq!((found.slope_log, found.p), (0.0, 1.0));
        assert_eq!(trend(&[1.0; 9]), None);
    }

    #[test]
    fn mann_kendall_by_hand() {
        // Four rising values: S = 6, var S = 4·3·13/18; z = 5/√8.667.
        let z = 5.0 / (4.0 * 3.0 * 13.0 / 18.0_f64).sqrt();
        assert!((mann_kendall_p(&[1.0, 2.0, 3.0, 4.0]) - student::normal_two_sided_p(z)).abs() < 1e-12);
    }
}
