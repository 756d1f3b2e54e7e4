//! S4: looking at the precision reached and stopping on it costs neither level nor coverage, and biases nothing; stopping
//! on the verdict does.

use super::check::{Bound, Check, Kind, Plan};
use super::draw::Draw;
use super::power::percent;
use crate::compare::{ALPHA, of_differences};
use crate::looks::{LOOKS, is_precise, next_look};
use crate::rounds::rounds_to_settle;
use crate::verdict::{Margin, Verdict, verdict};
use crate::{sample, student};

/// Effect at which bias and coverage are taken, relative.
const EFFECT: f64 = 0.01;

/// The last look.
pub(super) fn rounds_max() -> usize {
    LOOKS[LOOKS.len() - 1]
}

/// Differences gathered until they are precise or the budget is spent; `round` gives the difference of a round.
pub(super) fn adaptive(margin: Margin, mut round: impl FnMut(usize) -> f64) -> Vec<f64> {
    let mut differences = Vec::with_capacity(rounds_max());
    while let Some(look) = next_look(differences.len(), 2) {
        while differences.len() < look {
            differences.push(round(differences.len()));
        }
        if half_width(&differences).is_some_and(|half_width| is_precise(half_width, margin)) {
            break;
        }
    }
    differences
}

/// Half-width of the 95 % interval; what [`of_differences`] computes, without the rest of it.
fn half_width(differences: &[f64]) -> Option<f64> {
    let n = differences.len();
    Some(student::quantile(0.975, (n - 1) as f64)? * sample::sd(differences)? / (n as f64).sqrt())
}

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    for sd in [0.005, 0.01, 0.015, 0.02, 0.03] {
        checks.extend(at_zero(plan, sd));
        checks.extend(at_effect(plan, sd));
        checks.push(to_first_verdict(plan, sd));
    }
    checks.extend(mixed_suite(plan.part(4)));
    checks
}

fn at_zero(plan: Plan, sd: f64) -> [Check; 3] {
    let name = format!("s {}", percent(sd));
    let mut draw = Draw::new(plan.seed, &format!("S4 zero {name}"));
    let (mut false_alarms, mut covered, mut rounds) = (0, 0, Vec::new());
    for _ in 0..plan.repetitions {
        let differences = adaptive(Margin::LEAST, |_| sd * draw.normal());
        rounds.push(differences.len() as f64);
        let found = of_differences(&differences);
        false_alarms += usize::from(found.as_ref().is_some_and(|found| found.p <= ALPHA));
        covered += usize::from(found.and_then(|found| found.ci95).is_some_and(|ci| ci.contains(0.0)));
    }
    let settle = rounds_to_settle(sd, Margin::LEAST).map_or(f64::NAN, |n| n as f64).min(rounds_max() as f64);
    let relative: Vec<f64> = rounds.iter().map(|n| n / settle).collect();
    [
        Check::share("S4", format!("level, {name}"), false_alarms, plan.repetitions, Bound::AtMost(0.065)),
        Check::share("S4", format!("coverage at 0, {name}"), covered, plan.repetitions, Bound::AtLeast(0.925)),
        Check::mean(
            "S4",
            format!("mean rounds over the {settle} of a fixed design that knows s, {name}"),
            Kind::Number,
            &relative,
            Bound::AtMost(1.15),
        ),
    ]
}

fn at_effect(plan: Plan, sd: f64) -> [Check; 2] {
    let name = format!("+1 %, s {}", percent(sd));
    let mut draw = Draw::new(plan.seed, &format!("S4 effect {name}"));
    let (mut covered, mut errors) = (0, Vec::new());
    for _ in 0..plan.repetitions {
        let differences = adaptive(Margin::LEAST, |_| EFFECT.ln_1p() + sd * draw.normal());
        let Some(found) = of_differences(&differences) else {
            continue;
        };
        errors.push(found.diff_log - EFFECT.ln_1p());
        covered += usize::from(found.ci95.is_some_and(|ci| ci.contains(EFFECT.ln_1p())));
    }
    [
        Check::share("S4", format!("coverage at {name}"), covered, plan.repetitions, Bound::AtLeast(0.925)),
        Check::mean("S4", format!("bias at {name}"), Kind::Percent, &errors, Bound::Within(-0.0005, 0.0005)),
    ]
}

/// What stopping at the first verdict does: the level is lost where noise needs several looks.
fn to_first_verdict(plan: Plan, sd: f64) -> Check {
    let what = format!("level when stopped at the first verdict, s {}", percent(sd));
    let mut draw = Draw::new(plan.seed, &format!("S4 {what}"));
    let false_alarms = (0..plan.repetitions).filter(|_| {
        let differences: Vec<f64> = (0..rounds_max()).map(|_| sd * draw.normal()).collect();
        let verdicts = LOOKS.iter().filter_map(|&look| {
            let found = of_differences(&differences[..look])?;
            Some(verdict(&found, found.p, Margin::LEAST))
        });
        let first = verdicts.into_iter().find(|verdict| !matches!(verdict, Verdict::Inconclusive { .. }));
        matches!(first, Some(Verdict::Faster | Verdict::Slower))
    });
    let bound = if sd >= 0.02 { Bound::AtLeast(0.10) } else { Bound::Shown };
    Check::share("S4", what, false_alarms.count(), plan.repetitions, bound)
}

/// Rounds that a suite of mixed noise takes, against a fixed design that must serve its noisiest benchmark.
fn mixed_suite(plan: Plan) -> [Check; 2] {
    let mut draw = Draw::new(plan.seed, "S4 mixed");
    let (mut part, mut precise, mut benchmarks) = (Vec::new(), 0, 0);
    for _ in 0..plan.repetitions {
        for sd in super::suite::spreads() {
            let differences = adaptive(Margin::LEAST, |_| sd * draw.normal());
            part.push(differences.len() as f64 / rounds_max() as f64);
            benchmarks += 1;
            precise += usize::from(half_width(&differences).is_some_and(|h| is_precise(h, Margin::LEAST)));
        }
    }
    [
        Check::mean(
            "S4",
            "mean rounds over the 60 of a fixed design, 40 benchmarks of s .3 to 4 %",
            Kind::Number,
            &part,
            Bound::AtMost(0.6),
        ),
        Check::share("S4", "of these benchmarks, closed as precise", precise, benchmarks, Bound::Shown),
    ]
}
