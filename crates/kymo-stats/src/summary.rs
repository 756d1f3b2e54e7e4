//! One number for a suite: the geometric mean of the ratios, with an interval.
//!
//! The claim is for this fixed suite. It is no t interval over benchmarks, which would answer how a benchmark drawn from
//! some population fares, and is four to seven times as wide.

use crate::compare::Comparison;
use crate::estimate::{INVOCATIONS_FOR_INTERVAL, Interval};
use crate::{sample, student};

/// Which variance an interval over benchmarks rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryMethod {
    /// The benchmarks' own variances, as if their errors were independent (Satterthwaite 1946).
    Satterthwaite,
    /// The means of the rounds that all benchmarks share: right also if their errors go together.
    CommonRounds,
}

/// A mean log ratio with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanRatio {
    /// What the interval rests on.
    pub method: SummaryMethod,
    /// G, mean over benchmarks of the log differences.
    pub mean_log: f64,
    /// Its standard error.
    pub se_log: f64,
    /// Degrees of freedom; `None` where there is no spread.
    pub dof: Option<f64>,
    /// 95 % interval of `mean_log`.
    pub ci95: Interval,
}

/// The summary of a report, with both intervals. See [`Summary::shown`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Benchmarks in it.
    pub benchmarks: usize,
    /// From the benchmarks' own variances.
    pub satterthwaite: MeanRatio,
    /// From common rounds; `None` where fewer than five rounds are common to all.
    pub common_rounds: Option<MeanRatio>,
}

impl Summary {
    /// The one to print: the wider, which names its method. Where benchmarks' errors go together (correlation .1 within
    /// rounds, forty benchmarks) the first covers 67 % instead of 95.
    pub fn shown(&self) -> MeanRatio {
        match self.common_rounds {
            Some(common) if common.ci95.half_width() > self.satterthwaite.ci95.half_width() => common,
            _ => self.satterthwaite,
        }
    }
}

impl MeanRatio {
    /// Geometric mean of the ratios B/A.
    pub fn ratio(&self) -> f64 {
        self.mean_log.exp()
    }

    /// 95 % interval of the ratio.
    pub fn ratio_ci95(&self) -> Interval {
        self.ci95.exp()
    }
}

/// Summarises the comparisons of the benchmarks that both sides have.
///
/// `rounds` holds, in the same order, each benchmark's log differences by round, round 0 first; rounds beyond the shortest
/// are not common and are left out. Hand in an empty slice where there are no rounds to share. `None` without benchmarks.
pub fn summary(benchmarks: &[Comparison], rounds: &[&[f64]]) -> Option<Summary> {
    let satterthwaite = satterthwaite(benchmarks)?;
    let common_rounds = if rounds.len() == benchmarks.len() { common_rounds(rounds) } else { None };
    Some(Summary { benchmarks: benchmarks.len(), satterthwaite, common_rounds })
}

/// G = (1/B) Σ D_b, V = (1/B²) Σ se_b², ν = V² / Σ [(se_b²/B²)²/ν_b].
fn satterthwaite(benchmarks: &[Comparison]) -> Option<MeanRatio> {
    let differences: Vec<f64> = benchmarks.iter().map(|benchmark| benchmark.diff_log).collect();
    let mean_log = sample::mean(&differences)?;
    let count = benchmarks.len() as f64;
    let shares = benchmarks.iter().map(|benchmark| ((benchmark.se_log / count).powi(2), benchmark.dof));
    let variance: f64 = shares.clone().map(|(share, _)| share).sum();
    let spread: f64 = shares.filter_map(|(share, dof)| Some(share.powi(2) / dof?)).sum();
    mean_ratio(SummaryMethod::Satterthwaite, mean_log, variance.sqrt(), variance.powi(2) / spread)
}

/// G_i = mean over benchmarks of round i; mean G ± t(.975, n − 1)·sd(G)/√n.
fn common_rounds(rounds: &[&[f64]]) -> Option<MeanRatio> {
    let common = rounds.iter().map(|differences| differences.len()).min()?;
    if common < INVOCATIONS_FOR_INTERVAL {
        return None;
    }
    let means: Option<Vec<f64>> = (0..common)
        .map(|round| sample::mean(&rounds.iter().map(|differences| differences[round]).collect::<Vec<f64>>()))
        .collect();
    let means = means?;
    let se_log = sample::sd(&means)? / (common as f64).sqrt();
    mean_ratio(SummaryMethod::CommonRounds, sample::mean(&means)?, se_log, (common - 1) as f64)
}

fn mean_ratio(method: SummaryMethod, mean_log: f64, se_log: f64, dof: f64) -> Option<MeanRatio> {
    if se_log == 0.0 {
        return Some(MeanRatio { method, mean_log, se_log, dof: None, ci95: Interval::around(mean_log, 0.0) });
    }
    let half_width = student::quantile(0.975, dof)? * se_log;
    Some(MeanRatio { method, mean_log, se_log, dof: Some(dof), ci95: Interval::around(mean_log, half_width) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Method, of_differences};

    fn comparison(diff_log: f64, sd_log: f64, n: usize) -> Comparison {
        Comparison {
            method: Method::Paired,
            n,
            diff_log,
            sd_log,
            se_log: sd_log / (n as f64).sqrt(),
            dof: Some((n - 1) as f64),
            ci90: None,
            ci95: None,
            p: 1.0,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn golden_summary() {
        let suite = [comparison(0.010, 0.008, 10), comparison(-0.004, 0.015, 14), comparison(0.020, 0.030, 30)];
        let shown = summary(&suite, &[]).unwrap().shown();
        assert_eq!(shown.method, SummaryMethod::Satterthwaite);
        assert!((shown.dof.unwrap() - 49.649168).abs() < 5e-7);
        assert!((shown.ratio() - 1.0087043).abs() < 5e-8);
        assert!((shown.ratio_ci95().lo - 1.0038233).abs() < 5e-8);
        assert!((shown.ratio_ci95().hi - 1.0136091).abs() < 5e-8);
    }

    #[test]
    fn the_wider_is_shown() {
        // Both benchmarks move together: independent errors would average out, these do not.
        let together: Vec<f64> = (0..10).map(|i| (f64::from(i) * 2.4).sin() * 0.01).collect();
        let one = of_differences(&together).unwrap();
        let found = summary(&[one.clone(), one], &[&together, &together]).unwrap();
        assert_eq!(found.shown().method, SummaryMethod::CommonRounds);
        let against: Vec<f64> = together.iter().map(|d| -d).collect();
        let pair = [of_differences(&together).unwrap(), of_differences(&against).unwrap()];
        let found = summary(&pair, &[&together, &against]).unwrap();
        assert_eq!(found.shown().method, SummaryMethod::Satterthwaite);
    }

    #[test]
    fn few_common_rounds_or_no_benchmarks() {
        let one = comparison(0.01, 0.01, 10);
        assert_eq!(summary(std::slice::from_ref(&one), &[&[0.01; 4]]).unwrap().common_rounds, None);
        assert_eq!(summary(&[], &[]), None);
        let still = comparison(0.01, 0.0, 10);
        let still = Comparison { dof: None, ..still };
        assert_eq!(summary(&[still], &[]).unwrap().shown().dof, None);
    }
}
