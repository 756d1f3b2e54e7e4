//! A against B: the difference of log costs, with intervals and a p-value.
//!
//! Pairs are rounds. What is not one value an invocation does not belong here: iterations handed in as if they were
//! invocations give a false alarm in half of all comparisons (simulated, `docs/validation.md`, S2).

use crate::estimate::{INVOCATIONS_FOR_INTERVAL, Interval};
use crate::warning::Warning;
use crate::{rank, robust, sample, student, verdict};

/// Level of the single test, two-sided.
pub const ALPHA: f64 = 0.05;

/// A lag-1 autocorrelation of the differences beyond this is worth a warning. Source: statistics reference, 2.2.
pub const AUTOCORRELATION_LIMIT: f64 = 0.3;

/// …if it also lies this many standard errors (1/√n) from what independent rounds show. Ours: without it a third of clean
/// comparisons of ten rounds would carry the warning, and nobody would read it.
pub const AUTOCORRELATION_ERRORS: f64 = 2.0;

/// Fewest rounds at which Wilcoxon's test can reach 5 % at all (2/2⁶), and so can be said to disagree.
const ROUNDS_FOR_WILCOXON: usize = 6;

/// How two sides were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Student's t on the differences within rounds.
    Paired,
    /// Welch's t on the two sides, which were measured without rounds.
    Unpaired,
    /// Every sample of a side is the same number.
    Exact,
}

/// B against A on the log scale: positive means that B costs more.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How it was computed.
    pub method: Method,
    /// Rounds; unpaired and exact: invocations of the side that has fewer.
    pub n: usize,
    /// D, mean of ln B − ln A.
    pub diff_log: f64,
    /// Standard deviation of the log differences, divisor n − 1; unpaired: √(s_A² + s_B²), what a pair would show.
    pub sd_log: f64,
    /// Standard error of `diff_log`.
    pub se_log: f64,
    /// Degrees of freedom; `None` where there is no spread to estimate.
    pub dof: Option<f64>,
    /// 90 % interval of the log difference (two one-sided tests at 5 %); `None` below five rounds.
    pub ci90: Option<Interval>,
    /// 95 % interval of the log difference; `None` below five rounds.
    pub ci95: Option<Interval>,
    /// Two-sided p that there is no difference; with no spread, 1 if the difference is 0, else 0.
    pub p: f64,
    /// Cautions; none of them changed a figure above.
    pub warnings: Vec<Warning>,
}

impl Comparison {
    /// Cost of B over cost of A.
    pub fn ratio(&self) -> f64 {
        self.diff_log.exp()
    }

    /// 95 % interval of the ratio.
    pub fn ratio_ci95(&self) -> Option<Interval> {
        self.ci95.map(|interval| interval.exp())
    }

    /// The difference in percent of A, 100·(e^D − 1).
    pub fn percent(&self) -> f64 {
        100.0 * self.diff_log.exp_m1()
    }

    /// Half the width of the 95 % interval, on the log scale.
    pub fn half_width(&self) -> Option<f64> {
        self.ci95.map(|interval| interval.half_width())
    }

    /// Whether the 95 % interval leaves out zero.
    pub fn excludes_zero(&self) -> bool {
        self.ci95.is_some_and(|interval| !interval.contains(0.0))
    }

    /// The end of the 95 % interval nearer to zero, on the log scale: the difference is "at least" this. `None` if the
    /// interval holds zero.
    pub fn at_least_log(&self) -> Option<f64> {
        let interval = self.ci95.filter(|_| self.excludes_zero())?;
        Some(if interval.lo > 0.0 { interval.lo } else { interval.hi })
    }

    /// The same comparison with one more warning.
    pub fn with_warning(mut self, warning: Warning) -> Comparison {
        self.warnings.push(warning);
        self
    }
}

/// Compares costs measured in rounds: `a[i]` and `b[i]` are one round. `None` unless both sides have the same number of
/// rounds, at least two, all positive numbers.
pub fn paired(a: &[f64], b: &[f64]) -> Option<Comparison> {
    of_differences(&log_differences(a, b)?)
}

/// Differences ln B − ln A, one a round; `None` for sides of unequal length or a cost that is not a positive number.
pub fn log_differences(a: &[f64], b: &[f64]) -> Option<Vec<f64>> {
    if a.len() != b.len() {
        return None;
    }
    let (a, b) = (sample::logs(a)?, sample::logs(b)?);
    Some(b.iter().zip(&a).map(|(b, a)| b - a).collect())
}

/// Compares by the differences ln B − ln A of rounds, in the order of the rounds; `None` for fewer than two, or one that
/// is not finite.
pub fn of_differences(differences: &[f64]) -> Option<Comparison> {
    if differences.iter().any(|d| !d.is_finite()) {
        return None;
    }
    let n = differences.len();
    let sd_log = sample::sd(differences)?;
    let spread = Spread { sd_log, se_log: sd_log / (n as f64).sqrt(), dof: (n - 1) as f64 };
    let mut comparison = compared(Method::Paired, n, sample::mean(differences)?, spread)?;
    comparison.warnings.extend(tail_warning(&comparison, differences));
    comparison.warnings.extend(autocorrelation_warning(differences));
    Some(comparison)
}

/// Compares sides that were imported without rounds: Welch's t on ln cost, marked as unpaired. `None` unless both sides
/// have two costs or more, all positive numbers.
pub fn unpaired(a: &[f64], b: &[f64]) -> Option<Comparison> {
    let (a, b) = (sample::logs(a)?, sample::logs(b)?);
    let (variance_a, variance_b) = (sample::variance(&a)?, sample::variance(&b)?);
    let (error_a, error_b) = (variance_a / a.len() as f64, variance_b / b.len() as f64);
    let error = error_a + error_b;
    // Welch-Satterthwaite (Satterthwaite 1946); without spread it is 0/0 and is not used.
    let dof = error.powi(2) / (error_a.powi(2) / (a.len() - 1) as f64 + error_b.powi(2) / (b.len() - 1) as f64);
    let spread = Spread { sd_log: (variance_a + variance_b).sqrt(), se_log: error.sqrt(), dof };
    let diff_log = sample::mean(&b)? - sample::mean(&a)?;
    let comparison = compared(Method::Unpaired, a.len().min(b.len()), diff_log, spread)?;
    Some(comparison.with_warning(Warning::Unpaired))
}

/// Spread of a difference, on the log scale.
struct Spread {
    sd_log: f64,
    se_log: f64,
    dof: f64,
}

/// Intervals and p of a difference with its standard error.
fn compared(method: Method, n: usize, diff_log: f64, spread: Spread) -> Option<Comparison> {
    let Spread { sd_log, se_log, dof } = spread;
    let inference = infer(diff_log, se_log, dof)?;
    let printed = n >= INVOCATIONS_FOR_INTERVAL;
    let warnings = if n < verdict::ROUNDS_FOR_VERDICT { vec![Warning::FewRounds { n }] } else { Vec::new() };
    Some(Comparison {
        method,
        n,
        diff_log,
        sd_log,
        se_log,
        dof: (se_log > 0.0).then_some(dof),
        ci90: printed.then_some(inference.ci90),
        ci95: printed.then_some(inference.ci95),
        p: inference.p,
        warnings,
    })
}

/// Intervals and p of a mean, in any unit.
pub(crate) struct Inference {
    pub(crate) ci90: Interval,
    pub(crate) ci95: Interval,
    pub(crate) p: f64,
}

/// Student's t about `mean`; without spread the interval is the point, and p is 1 at zero and 0 elsewhere.
pub(crate) fn infer(mean: f64, se: f64, dof: f64) -> Option<Inference> {
    if se == 0.0 {
        let point = Interval::around(mean, 0.0);
        return Some(Inference { ci90: point, ci95: point, p: if mean == 0.0 { 1.0 } else { 0.0 } });
    }
    Some(Inference {
        ci90: Interval::around(mean, student::quantile(0.95, dof)? * se),
        ci95: Interval::around(mean, student::quantile(0.975, dof)? * se),
        p: student::two_sided_p(mean / se, dof)?,
    })
}

fn tail_warning(comparison: &Comparison, differences: &[f64]) -> Option<Warning> {
    if differences.len() < ROUNDS_FOR_WILCOXON {
        return None;
    }
    let wilcoxon_p = rank::wilcoxon_p(differences)?;
    if (wilcoxon_p <= ALPHA) == (comparison.p <= ALPHA) {
        return None;
    }
    Some(Warning::TailDriven { wilcoxon_p, hodges_lehmann_log: rank::hodges_lehmann(differences)? })
}

fn autocorrelation_warning(differences: &[f64]) -> Option<Warning> {
    let lag1 = robust::lag1_autocorrelation(differences, sample::mean(differences)?)?;
    let limit = AUTOCORRELATION_LIMIT.max(AUTOCORRELATION_ERRORS / (differences.len() as f64).sqrt());
    (lag1.abs() > limit).then_some(Warning::Autocorrelated { lag1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) const A: [f64; 10] = [1.000, 1.012, 0.995, 1.008, 1.003, 0.990, 1.015, 1.001, 0.998, 1.006];
    pub(crate) const B: [f64; 10] = [1.021, 1.025, 1.017, 1.030, 1.019, 1.008, 1.041, 1.016, 1.022, 1.024];

    fn near(found: f64, expected: f64, digit: f64) {
        assert!((found - expected).abs() <= 0.5000001 * digit, "found {found}, expected {expected}");
    }

    #[test]
    fn golden_paired() {
        let found = paired(&A, &B).unwrap();
        near(found.diff_log, 0.0192516599, 1e-10);
        near(found.sd_log, 0.0040597667, 1e-10);
        // Computed to fifty digits; the reference prints …7123, wrong in its last digit.
        near(found.diff_log / found.se_log, 14.99571243, 1e-8);
        near(found.p, 1.130907e-7, 1e-13);
        near(found.ratio(), 1.0194382, 1e-7);
        let ratio = found.ratio_ci95().unwrap();
        near(ratio.lo, 1.0164818, 1e-7);
        near(ratio.hi, 1.0224031, 1e-7);
        let ci90 = found.ci90.unwrap();
        // To thirty digits; the reference prints …2896, wrong in its last digit.
        near(ci90.lo, 0.016898289392, 1e-12);
        near(ci90.hi, 0.021605030310, 1e-12);
        let differences = log_differences(&A, &B).unwrap();
        assert_eq!(rank::wilcoxon_p(&differences), Some(0.001953125));
        near(rank::hodges_lehmann(&differences).unwrap(), 0.0193186716, 1e-10);
        assert_eq!(found.dof, Some(9.0));
        assert_eq!(found.warnings, []);
    }

    #[test]
    fn no_spread_is_stated_not_hidden() {
        let same = paired(&[1.0; 10], &[1.0; 10]).unwrap();
        assert_eq!((same.p, same.sd_log, same.dof), (1.0, 0.0, None));
        let other = paired(&[1.0; 10], &[2.0; 10]).unwrap();
        assert_eq!(other.p, 0.0);
        assert_eq!(other.ci95.unwrap().half_width(), 0.0);
        assert_eq!(unpaired(&[1.0; 10], &[1.0; 10]).unwrap().p, 1.0);
        assert_eq!(unpaired(&[1.0; 10], &[2.0; 10]).unwrap().dof, None);
    }

    #[test]
    fn one_sided_spread_leaves_welch_the_dof_of_that_side() {
        let found = unpaired(&[1.0; 10], &B).unwrap();
        assert!((found.dof.unwrap() - 9.0).abs() < 1e-9);
        assert_eq!(found.warnings, [Warning::Unpaired]);
    }

    #[test]
    fn few_rounds_are_marked() {
        let four = paired(&A[..4], &B[..4]).unwrap();
        assert_eq!((four.ci90, four.ci95), (None, None));
        assert_eq!(four.warnings, [Warning::FewRounds { n: 4 }]);
        assert!(paired(&A[..5], &B[..5]).unwrap().ci95.is_some());
        assert_eq!(paired(&A[..1], &B[..1]), None);
        assert_eq!(paired(&A, &B[..9]), None);
        assert_eq!(paired(&[1.0, 0.0], &[1.0, 1.0]), None);
    }

    #[test]
    fn a_heavy_tail_is_noticed() {
        let mut differences: Vec<f64> = (1..=12).map(|i| 0.01 + 0.0001 * f64::from(i)).collect();
        differences[5] = 0.9;
        let found = of_differences(&differences).unwrap();
        assert!(found.p > ALPHA);
        assert!(matches!(found.warnings[..], [Warning::TailDriven { .. }]));
    }

    #[test]
    fn a_drift_of_the_differences_is_noticed() {
        let differences: Vec<f64> = (0..20).map(|i| 0.001 * f64::from(i)).collect();
        let found = of_differences(&differences).unwrap();
        assert!(matches!(found.warnings[..], [Warning::Autocorrelated { lag1 }] if lag1 > 0.7));
    }

    #[test]
    fn at_least_is_the_nearer_end() {
        let slower = paired(&A, &B).unwrap();
        assert_eq!(slower.at_least_log(), Some(slower.ci95.unwrap().lo));
        let faster = paired(&B, &A).unwrap();
        assert_eq!(faster.at_least_log(), Some(-slower.ci95.unwrap().lo));
        assert_eq!(paired(&A, &A).unwrap().at_least_log(), None);
    }
}
