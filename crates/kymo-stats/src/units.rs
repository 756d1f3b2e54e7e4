//! Metrics that reach zero (page faults, bytes read) have no logarithm: their difference is told in units, without a
//! ratio, and without a verdict unless a margin in units is given.

use crate::compare::infer;
use crate::estimate::{INVOCATIONS_FOR_INTERVAL, Interval};
use crate::sample;
use crate::verdict::{Evidence, Verdict, decide};

/// B minus A in the metric's unit, from rounds: positive means that B costs more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitsDifference {
    /// Rounds.
    pub n: usize,
    /// Mean difference, in units.
    pub diff: f64,
    /// Standard deviation of the differences, divisor n − 1, in units.
    pub sd: f64,
    /// Standard error of `diff`, in units.
    pub se: f64,
    /// 90 % interval of the difference, in units; `None` below five rounds.
    pub ci90: Option<Interval>,
    /// 95 % interval of the difference, in units; `None` below five rounds.
    pub ci95: Option<Interval>,
    /// Two-sided p that there is no difference; with no spread, 1 if the difference is 0, else 0.
    pub p: f64,
}

/// Compares in units: `a[i]` and `b[i]` are one round. `None` unless both sides have the same number of rounds, at least
/// two, all finite.
pub fn difference_in_units(a: &[f64], b: &[f64]) -> Option<UnitsDifference> {
    if a.len() != b.len() {
        return None;
    }
    let differences: Vec<f64> = b.iter().zip(a).map(|(b, a)| b - a).collect();
    if differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    let n = differences.len();
    let sd = sample::sd(&differences)?;
    let diff = sample::mean(&differences)?;
    let se = sd / (n as f64).sqrt();
    let inference = infer(diff, se, (n - 1) as f64)?;
    let printed = n >= INVOCATIONS_FOR_INTERVAL;
    Some(UnitsDifference {
        n,
        diff,
        sd,
        se,
        ci90: printed.then_some(inference.ci90),
        ci95: printed.then_some(inference.ci95),
        p: inference.p,
    })
}

/// Verdict on a difference in units against `margin`, in the same unit, with the family's q. `None` unless the margin is a
/// positive number: without one nothing can be called the same.
pub fn verdict_in_units(difference: &UnitsDifference, q: f64, margin: f64) -> Option<Verdict> {
    if !(margin.is_finite() && margin > 0.0) {
        return None;
    }
    Some(decide(&Evidence {
        rounds: Some(difference.n),
        diff: difference.diff,
        sd: difference.sd,
        ci90: difference.ci90,
        ci95: difference.ci95,
        q,
        alpha: crate::verdict::ALPHA,
        half_margin: margin,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_welcome() {
        let a = [0.0, 0.0, 3.0, 0.0, 1.0, 0.0, 2.0, 0.0, 0.0, 1.0];
        let b = [9.0, 8.0, 12.0, 9.0, 10.0, 9.0, 10.0, 9.0, 9.0, 11.0];
        let found = difference_in_units(&a, &b).unwrap();
        assert!((found.diff - 8.9).abs() < 1e-12);
        assert_eq!(verdict_in_units(&found, found.p, 1.0), Some(Verdict::Slower));
        assert_eq!(verdict_in_units(&found, found.p, 20.0), Some(Verdict::Same { small_but_real: true }));
        assert_eq!(verdict_in_units(&found, found.p, 0.0), None);
        assert_eq!(difference_in_units(&a, &a).unwrap().p, 1.0);
        assert_eq!(difference_in_units(&a, &b[1..]), None);
    }
}
