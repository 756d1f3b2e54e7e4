//! S10: the summary over benchmarks covers, and is exact where it must be; and how often warnings come about by chance.

use super::check::{Bound, Check, Plan};
use super::draw::Draw;
use crate::compare::{Comparison, of_differences, paired};
use crate::estimate::estimate;
use crate::summary::{MeanRatio, Summary, summary};
use crate::warning::Warning;

/// Correlation within rounds that undoes the first interval. Source: statistics reference, 3.9.
const CORRELATION: f64 = 0.1;

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    let few = Suite { benchmarks: 10, rounds: 20, correlation: 0.0 };
    let independent = Suite { benchmarks: 40, rounds: 20, correlation: 0.0 };
    let common = Suite { benchmarks: 40, rounds: 20, correlation: CORRELATION };
    let held = Bound::Within(0.94, 0.96);
    checks.push(coverage(plan, few, Shown::Satterthwaite, held));
    checks.push(coverage(plan, independent, Shown::Satterthwaite, held));
    checks.push(coverage(plan, independent, Shown::CommonRounds, held));
    checks.push(coverage(plan, independent, Shown::Wider, Bound::AtLeast(0.94)));
    checks.push(coverage(plan, common, Shown::Satterthwaite, Bound::AtMost(0.80)));
    checks.push(coverage(plan, common, Shown::CommonRounds, held));
    checks.push(coverage(plan, common, Shown::Wider, Bound::AtLeast(0.94)));
    checks.extend(identities(plan));
    for rounds in [10, 20, 30] {
        checks.extend(warnings(plan, rounds));
    }
    checks
}

#[derive(Clone, Copy)]
struct Suite {
    benchmarks: usize,
    rounds: usize,
    correlation: f64,
}

/// Which of the intervals is looked at.
#[derive(Clone, Copy)]
enum Shown {
    Satterthwaite,
    CommonRounds,
    Wider,
}

impl Shown {
    fn name(self) -> &'static str {
        match self {
            Shown::Satterthwaite => "Satterthwaite",
            Shown::CommonRounds => "common rounds",
            Shown::Wider => "the wider, as printed",
        }
    }

    fn of(self, summary: &Summary) -> Option<MeanRatio> {
        match self {
            Shown::Satterthwaite => Some(summary.satterthwaite),
            Shown::CommonRounds => summary.common_rounds,
            Shown::Wider => Some(summary.shown()),
        }
    }
}

/// Coverage of the true mean: benchmarks differ in s (.5 to 3 %) and in what truly happened to them.
fn coverage(plan: Plan, suite: Suite, shown: Shown, bound: Bound) -> Check {
    let Suite { benchmarks, rounds, correlation } = suite;
    let errors = if correlation > 0.0 { "errors correlated .1 within rounds" } else { "independent errors" };
    let what = format!("coverage, {}; {benchmarks} × {rounds}, {errors}", shown.name());
    let mut draw = Draw::new(plan.seed, &format!("S10 {what}"));
    let covered = (0..plan.repetitions).filter(|_| {
        let truths: Vec<f64> = (0..benchmarks).map(|_| 0.02 * draw.normal()).collect();
        let differences = drawn_rounds(&mut draw, suite, &truths);
        let comparisons: Vec<Comparison> = differences.iter().filter_map(|d| of_differences(d)).collect();
        let by_round: Vec<&[f64]> = differences.iter().map(Vec::as_slice).collect();
        let truth = truths.iter().sum::<f64>() / benchmarks as f64;
        let found = summary(&comparisons, &by_round).and_then(|summary| shown.of(&summary));
        found.is_some_and(|found| found.ci95.contains(truth))
    });
    Check::share("S10", what, covered.count(), plan.repetitions, bound)
}

fn drawn_rounds(draw: &mut Draw, suite: Suite, truths: &[f64]) -> Vec<Vec<f64>> {
    let shared: Vec<f64> = (0..suite.rounds).map(|_| suite.correlation.sqrt() * draw.normal()).collect();
    let own = (1.0 - suite.correlation).sqrt();
    let spread = |b: usize| 0.005 + 0.025 * b as f64 / (suite.benchmarks - 1) as f64;
    truths
        .iter()
        .enumerate()
        .map(|(b, truth)| shared.iter().map(|z| truth + spread(b) * (z + own * draw.normal())).collect())
        .collect()
}

/// The largest deviations from what must hold to the last digit.
fn identities(plan: Plan) -> [Check; 2] {
    let mut draw = Draw::new(plan.seed, "S10 identities");
    let (mut reciprocal, mut means) = (Vec::new(), Vec::new());
    for _ in 0..plan.repetitions {
        let mut side = || (0..20).map(|_| (0.1 * draw.normal()).exp()).collect::<Vec<f64>>();
        let (a, b) = (side(), side());
        let ratios: Vec<f64> = b.iter().zip(&a).map(|(b, a)| b / a).collect();
        let geometric = |costs: &[f64]| estimate(costs).map_or(f64::NAN, |found| found.geometric_mean());
        let ratio = |a: &[f64], b: &[f64]| paired(a, b).map_or(f64::NAN, |found| found.ratio());
        reciprocal.push((ratio(&a, &b) * ratio(&b, &a) - 1.0).abs());
        means.push((geometric(&ratios) - geometric(&b) / geometric(&a)).abs());
    }
    let bound = Bound::AtMost(1e-12);
    [
        Check::largest("S10", "largest error: exchanging A and B gives the reciprocal", &reciprocal, bound),
        Check::largest("S10", "largest error: geometric mean of ratios = ratio of geometric means", &means, bound),
    ]
}

/// Warnings on clean, normal, independent rounds: a warning that comes often by chance is not read.
fn warnings(plan: Plan, rounds: usize) -> [Check; 2] {
    let mut draw = Draw::new(plan.seed, &format!("S10 warnings {rounds}"));
    let (mut autocorrelated, mut tail_driven) = (0, 0);
    for _ in 0..plan.repetitions {
        let Some(found) = of_differences(&(0..rounds).map(|_| draw.normal()).collect::<Vec<f64>>()) else {
            continue;
        };
        let has = |wanted: fn(&Warning) -> bool| usize::from(found.warnings.iter().any(wanted));
        autocorrelated += has(|warning| matches!(warning, Warning::Autocorrelated { .. }));
        tail_driven += has(|warning| matches!(warning, Warning::TailDriven { .. }));
    }
    let reports = plan.repetitions;
    let name = format!("on {rounds} clean rounds");
    let bound = Bound::AtMost(0.05);
    [
        Check::share("S10", format!("warned of autocorrelation {name}"), autocorrelated, reports, bound),
        Check::share("S10", format!("warned of tails {name}"), tail_driven, reports, bound),
    ]
}
