//! The verdict: what a comparison amounts to, given a margin and the family's q.
//!
//! "Significant" alone calls trifles changes and calls ignorance sameness; so sameness must be shown, and what is neither
//! shown the same nor shown different is inconclusive.

use crate::compare::{Comparison, Method};
use crate::estimate::Interval;
use crate::rounds;

/// Fewest rounds for a verdict. Source: simulation of the statistics reference, 2.1: with two code-layout modes intervals
/// do not hold their level before.
pub const ROUNDS_FOR_VERDICT: usize = 10;

/// A difference is called when its q is at most this. Source: convention; as a rate of false discoveries (Benjamini &
/// Hochberg 1995).
pub const ALPHA: f64 = 0.05;

/// Least margin, relative. Source: code layout alone moves programs by about 1 % (Curtsinger & Berger, ASPLOS 2013), so a
/// smaller difference between two builds means little.
pub const LEAST_DELTA: f64 = 0.01;

/// The margin δ within which two costs count as the same. On the log scale it is ±Δ with Δ = ln(1 + δ), so that exchanging
/// the sides exchanges the verdict.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Margin {
    delta: f64,
}

impl Margin {
    /// The least margin, 1 %.
    pub const LEAST: Margin = Margin { delta: LEAST_DELTA };

    /// A margin of `delta` (0.01 = 1 %), for whoever insists on less than 1 %; `None` unless it is a positive number.
    pub fn new(delta: f64) -> Option<Margin> {
        (delta.is_finite() && delta > 0.0).then_some(Margin { delta })
    }

    /// max(1 %, `floor`): the margin on a machine whose A/A floor is `floor`, relative. A floor that is not a number leaves
    /// 1 %.
    pub fn of_floor(floor: f64) -> Margin {
        Margin { delta: if floor.is_finite() { floor.max(LEAST_DELTA) } else { LEAST_DELTA } }
    }

    /// δ, relative (0.01 = 1 %).
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// Δ = ln(1 + δ).
    pub fn log(&self) -> f64 {
        self.delta.ln_1p()
    }
}

/// What a comparison amounts to, for a cost: B is faster if it costs less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The 90 % interval lies within the margin.
    Same {
        /// The 95 % interval leaves out zero: there is a difference, and it is smaller than the margin.
        small_but_real: bool,
    },
    /// B costs less.
    Faster,
    /// B costs more.
    Slower,
    /// Neither shown the same nor shown different.
    Inconclusive {
        /// Total rounds at which the stopping rule would hold; `None` if it holds already (the difference lies near the
        /// margin, and more rounds promise nothing) or no number of them is in reach.
        rounds_needed: Option<u64>,
    },
}

impl Verdict {
    /// The verdict for a yield, of which more is better.
    pub const fn reversed(self) -> Self {
        match self {
            Self::Faster => Self::Slower,
            Self::Slower => Self::Faster,
            other => other,
        }
    }
}

/// Verdict on a comparison with the q of its family ([`crate::family`]; for a single comparison, its p).
///
/// Fewer than ten rounds are inconclusive, except for an exact metric, which has no noise to average.
pub fn verdict(comparison: &Comparison, q: f64, margin: Margin) -> Verdict {
    verdict_at(comparison, q, margin, ALPHA)
}

/// As [`verdict`], with another level than 5 % for q.
pub fn verdict_at(comparison: &Comparison, q: f64, margin: Margin, alpha: f64) -> Verdict {
    decide(&Evidence {
        rounds: (comparison.method != Method::Exact).then_some(comparison.n),
        diff: comparison.diff_log,
        sd: comparison.sd_log,
        ci90: comparison.ci90,
        ci95: comparison.ci95,
        q,
        alpha,
        half_margin: margin.log(),
    })
}

/// What a verdict rests on, in logarithms or in units.
pub(crate) struct Evidence {
    /// Rounds, `None` for an exact metric.
    pub(crate) rounds: Option<usize>,
    pub(crate) diff: f64,
    pub(crate) sd: f64,
    pub(crate) ci90: Option<Interval>,
    pub(crate) ci95: Option<Interval>,
    pub(crate) q: f64,
    pub(crate) alpha: f64,
    pub(crate) half_margin: f64,
}

pub(crate) fn decide(evidence: &Evidence) -> Verdict {
    let (Some(ci90), Some(ci95)) = (evidence.ci90, evidence.ci95) else {
        return inconclusive(evidence);
    };
    if evidence.rounds.is_some_and(|n| n < ROUNDS_FOR_VERDICT) {
        return inconclusive(evidence);
    }
    if -evidence.half_margin < ci90.lo && ci90.hi < evidence.half_margin {
        return Verdict::Same { small_but_real: !ci95.contains(0.0) };
    }
    if evidence.q <= evidence.alpha && evidence.diff != 0.0 {
        return if evidence.diff < 0.0 { Verdict::Faster } else { Verdict::Slower };
    }
    inconclusive(evidence)
}

fn inconclusive(evidence: &Evidence) -> Verdict {
    let have = evidence.rounds.map_or(u64::MAX, |n| n as u64);
    let needed = rounds::to_settle(evidence.sd, evidence.half_margin);
    Verdict::Inconclusive { rounds_needed: needed.filter(|&needed| needed > have) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::of_differences;

    /// Ten rounds or more with the wanted mean and standard deviation.
    fn comparison(n: usize, diff_log: f64, sd_log: f64) -> Comparison {
        let raw: Vec<f64> = (0..n).map(|i| (i as f64 * 2.399).sin()).collect();
        let centre = crate::sample::mean(&raw).unwrap();
        let scale = sd_log / crate::sample::sd(&raw).unwrap();
        of_differences(&raw.iter().map(|v| diff_log + (v - centre) * scale).collect::<Vec<f64>>()).unwrap()
    }

    fn check(n: usize, diff_log: f64, sd_log: f64, expected: Verdict) {
        let found = comparison(n, diff_log, sd_log);
        assert_eq!(verdict(&found, found.p, Margin::LEAST), expected, "n {n}, D {diff_log}, s {sd_log}");
    }

    #[test]
    fn verdicts() {
        check(20, 0.0, 0.01, Verdict::Same { small_but_real: false });
        check(20, 0.004, 0.005, Verdict::Same { small_but_real: true });
        check(20, 0.02, 0.01, Verdict::Slower);
        check(20, -0.02, 0.01, Verdict::Faster);
        check(10, 0.0, 0.03, Verdict::Inconclusive { rounds_needed: Some(143) });
        check(9, 0.05, 0.001, Verdict::Inconclusive { rounds_needed: Some(10) });
        check(4, 0.05, 0.001, Verdict::Inconclusive { rounds_needed: Some(10) });
    }

    #[test]
    fn near_the_margin_more_rounds_promise_nothing() {
        let found = comparison(20, 0.008, 0.01);
        assert_eq!(verdict(&found, 0.2, Margin::LEAST), Verdict::Inconclusive { rounds_needed: None });
    }

    #[test]
    fn q_decides_not_p() {
        let found = comparison(20, 0.02, 0.01);
        assert!(matches!(verdict(&found, 0.06, Margin::LEAST), Verdict::Inconclusive { .. }));
        assert!(matches!(verdict(&found, f64::NAN, Margin::LEAST), Verdict::Inconclusive { .. }));
        assert_eq!(verdict(&found, 0.05, Margin::LEAST), Verdict::Slower);
    }

    #[test]
    fn exact_metrics_need_one_sample() {
        let found = crate::exact::exact(&[100.0], &[103.0]).unwrap();
        assert_eq!(verdict(&found, found.p, Margin::LEAST), Verdict::Slower);
        let found = crate::exact::exact(&[1000.0], &[1001.0]).unwrap();
        assert_eq!(verdict(&found, found.p, Margin::LEAST), Verdict::Same { small_but_real: true });
    }

    #[test]
    fn margins() {
        assert_eq!(Margin::of_floor(0.003), Margin::LEAST);
        assert_eq!(Margin::of_floor(0.02).delta(), 0.02);
        assert_eq!(Margin::of_floor(f64::NAN), Margin::LEAST);
        assert_eq!(Margin::new(0.0), None);
        assert!((Margin::LEAST.log() - 1.01_f64.ln()).abs() < 1e-15);
    }
}
