//! The noise of a series of levels: how much it scatters, and how far its values hang together.
//!
//! Everything here is robust twice: steps of the level are few among the differences, and what is far out is clipped.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::erfc;

use crate::{grain, robust, sample};

/// Differences are clipped at this many robust standard deviations before they are squared: nearly as exact as squares on
/// normal noise, and unlike medians not fooled by chance into seeing autocorrelation. In a short series they are left
/// out. Source: simulation, `docs/src/detection.md`.
pub const DIFFERENCE_CLIP: f64 = 2.5;

/// Autocorrelation φ is held below this. Source: Chakar et al. 2017 for the cap; its height ours.
pub const PHI_MAX: f64 = 0.8;

/// φ counts as none up to this over √n, and what exceeds it is raised by as much: too little correction makes false
/// alarms, too much makes late ones. Source: simulation, `docs/src/detection.md`.
pub const PHI_ALLOWANCE: f64 = 0.5;

/// Lags that the long-run variance of residuals takes in, with Bartlett's weights (Newey & West 1987). Source: their rule
/// 4·(n/100)^(2/9) gives 4 for 100 values and 5 for 300.
pub const BARTLETT_LAGS: usize = 5;

/// The long-run variance of residuals is at least this part of their variance: residuals of a fit are a little too
/// negatively correlated. Source: simulation, `docs/src/detection.md`.
pub const LONG_RUN_PART_MIN: f64 = 0.8;

/// The noise of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// More than half of the values repeat their predecessor, and what changes does not come back: every change counts.
    Exact,
    /// Noise that hangs together from value to value.
    Autoregressive {
        /// Standard deviation of one value, on the scale of the series.
        sd_log: f64,
        /// Lag-1 autocorrelation φ, 0 where it cannot be told from none.
        phi: f64,
        /// Long-run standard deviation: a mean of n values has this over √n, for large n.
        long_run_sd_log: f64,
    },
}

impl Noise {
    /// Variance that a mean of n values has, times n; `None` for an exact series.
    pub fn long_run_variance(&self) -> Option<f64> {
        match *self {
            Noise::Exact => None,
            Noise::Autoregressive { long_run_sd_log, .. } => Some(long_run_sd_log.powi(2)),
        }
    }
}

/// Noise from the differences of values one and two apart: of a first-order autoregression their mean squares are
/// 2σ²(1 − φ) and 2σ²(1 − φ²). `None` for fewer than three values.
pub fn of_differences(series: &[f64]) -> Option<Noise> {
    let squares = match (clipped_square(series, 1)?, clipped_square(series, 2)?) {
        (Some(one), Some(two)) => Some((one, two)),
        _ if grain::is_grainy(series) => grain::mean_square(series, 1).zip(grain::mean_square(series, 2)),
        _ => None,
    };
    let Some((one, two)) = squares else { return Some(Noise::Exact) };
    let allowance = PHI_ALLOWANCE / (series.len() as f64).sqrt();
    let phi = (two / one - 1.0).clamp(0.0, PHI_MAX);
    let phi = if phi <= allowance { 0.0 } else { (phi + allowance).min(PHI_MAX) };
    let variance = one / 2.0 / (1.0 - phi);
    let long_run = variance * (1.0 + phi) / (1.0 - phi);
    Some(Noise::Autoregressive { sd_log: variance.sqrt(), phi, long_run_sd_log: long_run.sqrt() })
}

/// Noise of residuals about `levels` fitted levels: of their differences, and not less than their long-run variance with
/// Bartlett's weights, which sees what hangs together over more than two values.
pub fn of_residuals(residuals: &[f64], levels: usize) -> Option<Noise> {
    let Noise::Autoregressive { sd_log, phi, long_run_sd_log } = of_differences(residuals)? else {
        return Some(Noise::Exact);
    };
    let free = residuals.len().saturating_sub(levels).max(1) as f64;
    let covariance = |lag: usize| -> f64 {
        residuals.iter().zip(&residuals[lag.min(residuals.len())..]).map(|(a, b)| a * b).sum::<f64>() / free
    };
    let weight = |lag: usize| 2.0 * (1.0 - lag as f64 / (BARTLETT_LAGS + 1) as f64);
    let variance = covariance(0);
    let bartlett = variance + (1..=BARTLETT_LAGS).map(|lag| weight(lag) * covariance(lag)).sum::<f64>();
    let long_run = bartlett.max(LONG_RUN_PART_MIN * variance).max(long_run_sd_log.powi(2));
    Some(Noise::Autoregressive { sd_log, phi, long_run_sd_log: long_run.sqrt() })
}

/// Mean square of the differences of values `lag` apart, clipped (in a short series trimmed) and corrected for that. The outer `None` is for
/// too few values, the inner one for a series most of whose values repeat.
fn clipped_square(series: &[f64], lag: usize) -> Option<Option<f64>> {
    let mut differences = robust::differences(series, lag);
    for difference in &mut differences {
        *difference = difference.abs();
    }
    let scale = robust::MAD_TO_SD * sample::median(&differences)?;
    if scale == 0.0 {
        return Some(None);
    }
    let limit = DIFFERENCE_CLIP * scale;
    // One step is a tenth of the differences of a short series, and two of those two apart: clipped, it would still pass
    // for noise that hangs together.
    let trims = robust::is_short(series.len());
    if trims {
        differences.retain(|difference| *difference <= limit);
    }
    let sum: f64 = differences.iter().map(|difference| difference.min(limit).powi(2)).sum();
    let expected = if trims { trimmed_normal_square } else { clipped_normal_square };
    Some(Some(sum / differences.len() as f64 / expected(DIFFERENCE_CLIP)))
}

/// Mean of z² for a standard normal z within ±c.
fn trimmed_normal_square(c: f64) -> f64 {
    let density = (-c * c / 2.0).exp() / (2.0 * PI).sqrt();
    1.0 - 2.0 * c * density / (1.0 - erfc(c / SQRT_2))
}

/// Mean of min(z², c²) for a standard normal z.
fn clipped_normal_square(c: f64) -> f64 {
    let density = (-c * c / 2.0).exp() / (2.0 * PI).sqrt();
    let outside = erfc(c / SQRT_2);
    1.0 - outside - 2.0 * c * density + c * c * outside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::Draw;

    fn figures(noise: Option<Noise>) -> (f64, f64, f64) {
        match noise {
            Some(Noise::Autoregressive { sd_log, phi, long_run_sd_log }) => (sd_log, phi, long_run_sd_log),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn white_noise_with_steps_and_spikes() {
        let mut draw = Draw::new(3, "noise");
        let mut series: Vec<f64> = (0..2000).map(|i| draw.normal() + f64::from(i / 200 * 20)).collect();
        series[77] = 1e6;
        let (sd, phi, long_run) = figures(of_differences(&series));
        assert!((sd - 1.0).abs() < 0.05 && phi == 0.0 && (long_run - sd).abs() < 1e-12, "{sd} {phi} {long_run}");
    }

    #[test]
    fn autoregression() {
        let series = Draw::new(3, "noise").autoregressive(4000, 0.5);
        let (sd, phi, long_run) = figures(of_differences(&series));
        assert!((sd - 1.0).abs() < 0.1 && (phi - 0.5).abs() < 0.08, "{sd} {phi}");
        assert!((long_run - 3.0_f64.sqrt()).abs() < 0.3, "{long_run}");
    }

    #[test]
    fn residuals_that_wander_slowly() {
        // Noise on top of a slow wander: differences of one and two values do not see it.
        let mut draw = Draw::new(3, "noise");
        let wander = draw.autoregressive(2000, 0.9);
        let series: Vec<f64> = wander.iter().map(|w| w + 1.5 * draw.normal()).collect();
        let (.., of_steps) = figures(of_differences(&series));
        let (.., of_all) = figures(of_residuals(&series, 1));
        assert!(of_all > 1.15 * of_steps, "{of_all} {of_steps}");
    }

    #[test]
    fn a_series_that_repeats_is_exact_and_a_short_one_says_nothing() {
        assert_eq!(of_differences(&[1.0, 1.0, 1.0, 1.0, 5.0]), Some(Noise::Exact));
        assert_eq!(of_residuals(&[0.0; 9], 1), Some(Noise::Exact));
        assert_eq!(of_differences(&[1.0, 2.0]), None);
    }

    #[test]
    fn clipping_far_out_takes_nothing_away() {
        assert!((clipped_normal_square(9.0) - 1.0).abs() < 1e-12);
        assert!((trimmed_normal_square(9.0) - 1.0).abs() < 1e-12);
        // By numeric integration.
        assert!((clipped_normal_square(1.0) - 0.516_06).abs() < 1e-4);
        assert!((trimmed_normal_square(1.0) - 0.291_13).abs() < 1e-4);
    }
}
