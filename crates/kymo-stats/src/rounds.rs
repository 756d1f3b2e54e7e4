//! How many rounds a question takes.

use crate::student;
use crate::verdict::{Margin, ROUNDS_FOR_VERDICT};

/// Power that planning aims for. Source: convention (Cohen 1988).
pub const PLANNED_POWER: f64 = 0.80;

/// More rounds than this are out of reach: the search stops there.
const ROUNDS_MAX: f64 = 1e9;

/// Rounds after which the stopping rule holds (the half-width of the 95 % interval is half the margin), for differences
/// with standard deviation `sd_log`: the smallest N with N ≥ (2·t(.975, N − 1)·s/Δ)², at least ten. `None` if `sd_log` is
/// not a number, or N beyond reach.
///
/// This is the number that an inconclusive verdict prints; [`rounds_to_detect`] is about half of it, and leaves a fifth
/// of comparisons undecided.
pub fn rounds_to_settle(sd_log: f64, margin: Margin) -> Option<u64> {
    to_settle(sd_log, margin.log())
}

/// Rounds at which a difference as large as the margin is called with 80 % probability at 5 %: the smallest N with
/// N ≥ ((t(.975, N − 1) + t(.80, N − 1))·s/Δ)², at least ten. For planning. `None` as above.
pub fn rounds_to_detect(sd_log: f64, margin: Margin) -> Option<u64> {
    smallest(sd_log / margin.log(), |dof| Some(student::quantile(0.975, dof)? + student::quantile(PLANNED_POWER, dof)?))
}

/// [`rounds_to_settle`] in any unit.
pub(crate) fn to_settle(sd: f64, half_margin: f64) -> Option<u64> {
    smallest(sd / half_margin, |dof| Some(2.0 * student::quantile(0.975, dof)?))
}

/// Smallest N, at least ten, with N ≥ (quantile(N − 1)·ratio)². The quantile falls with N, so the condition is
/// monotonous: begin a little below the answer of the normal distribution, and walk up.
fn smallest(ratio: f64, quantile: impl Fn(f64) -> Option<f64>) -> Option<u64> {
    if !ratio.is_finite() || ratio < 0.0 {
        return None;
    }
    let normal = (quantile(ROUNDS_MAX)? * ratio).powi(2);
    if normal > ROUNDS_MAX {
        return None;
    }
    let mut n = (normal.floor() as u64).max(ROUNDS_FOR_VERDICT as u64);
    while (n as f64) < (quantile((n - 1) as f64)? * ratio).powi(2) {
        n += 1;
    }
    Some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_to_settle_match_the_reference() {
        for (sd_log, expected) in [(0.005, 10), (0.01, 18), (0.02, 65), (0.04, 251), (0.0, 10)] {
            assert_eq!(rounds_to_settle(sd_log, Margin::LEAST), Some(expected), "s {sd_log}");
        }
        assert_eq!(rounds_to_settle(f64::NAN, Margin::LEAST), None);
        assert_eq!(rounds_to_settle(1e6, Margin::LEAST), None);
    }

    #[test]
    fn detection_takes_about_half() {
        for sd_log in [0.02, 0.03, 0.04] {
            let settle = rounds_to_settle(sd_log, Margin::LEAST).unwrap() as f64;
            let detect = rounds_to_detect(sd_log, Margin::LEAST).unwrap() as f64;
            assert!((0.45..0.6).contains(&(detect / settle)), "s {sd_log}: {detect} of {settle}");
        }
    }
}
