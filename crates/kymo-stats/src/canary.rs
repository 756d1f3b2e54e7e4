//! Values relative to a canary: a pinned engine build measured in the same run, so that what the machine does to both
//! cancels.

use crate::{robust, sample};

/// Commits from whose steps γ is estimated, the last ones. Source: statistics reference, 2.7.
pub const GAMMA_COMMITS: usize = 50;

/// Fewest commits from which γ is estimated; below, it is 1. Ours.
pub const GAMMA_COMMITS_MIN: usize = 20;

/// γ leaves 1 only if the variance of the steps falls to this part or lower: a fitted γ always lowers it a little. Ours.
pub const GAMMA_GAIN: f64 = 0.9;

/// A series relative to its canary.
#[derive(Debug, Clone, PartialEq)]
pub struct Relative {
    /// z = ln value − γ·ln canary, one a commit.
    pub logs: Vec<f64>,
    /// How far the program follows the machine as the canary does: 1, unless the history says otherwise; never negative.
    pub gamma: f64,
}

/// Log values relative to the canary of the same runs. γ is estimated on first differences, lest a step enter. `None` unless
/// both series have one length and hold positive numbers.
pub fn relative_to_canary(values: &[f64], canary: &[f64]) -> Option<Relative> {
    if values.len() != canary.len() {
        return None;
    }
    let (values, canary) = (sample::logs(values)?, sample::logs(canary)?);
    let from = values.len().saturating_sub(GAMMA_COMMITS);
    let gamma = fitted_gamma(&values[from..], &canary[from..]).unwrap_or(1.0);
    let logs = values.iter().zip(&canary).map(|(value, canary)| value - gamma * canary).collect();
    Some(Relative { logs, gamma })
}

/// cov/var of the steps, if it is worth leaving 1 for.
fn fitted_gamma(values: &[f64], canary: &[f64]) -> Option<f64> {
    if values.len() < GAMMA_COMMITS_MIN {
        return None;
    }
    let (value_steps, canary_steps) = (robust::differences(values, 1), robust::differences(canary, 1));
    let (value_mean, canary_mean) = (sample::mean(&value_steps)?, sample::mean(&canary_steps)?);
    let pairs = || value_steps.iter().zip(&canary_steps);
    let covariance: f64 = pairs().map(|(v, c)| (v - value_mean) * (c - canary_mean)).sum();
    let variance: f64 = canary_steps.iter().map(|c| (c - canary_mean).powi(2)).sum();
    let gamma = (covariance / variance).max(0.0);
    let left = |gamma: f64| sample::variance(&pairs().map(|(v, c)| v - gamma * c).collect::<Vec<f64>>());
    (gamma.is_finite() && left(gamma)? < GAMMA_GAIN * left(1.0)?).then_some(gamma)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(i: usize, frequency: f64) -> f64 {
        (0.01 * (i as f64 * frequency).sin()).exp()
    }

    #[test]
    fn what_both_share_cancels() {
        let machine: Vec<f64> = (0..60).map(|i| wave(i, 2.4)).collect();
        let doubled: Vec<f64> = machine.iter().map(|m| 2.0 * m).collect();
        let found = relative_to_canary(&doubled, &machine).unwrap();
        assert_eq!(found.gamma, 1.0);
        assert!(found.logs.iter().all(|z| (z - 2.0_f64.ln()).abs() < 1e-12));
    }

    #[test]
    fn an_unrelated_canary_is_let_go() {
        let values: Vec<f64> = (0..60).map(|i| wave(i, 2.4)).collect();
        let canary: Vec<f64> = (0..60).map(|i| wave(i, 1.7)).collect();
        assert!(relative_to_canary(&values, &canary).unwrap().gamma < 0.2);
    }

    #[test]
    fn a_still_canary_and_bad_input() {
        assert_eq!(relative_to_canary(&[2.0; 30], &[1.0; 30]).unwrap().gamma, 1.0);
        assert_eq!(relative_to_canary(&[2.0], &[1.0, 1.0]), None);
        assert_eq!(relative_to_canary(&[2.0], &[0.0]), None);
    }
}
