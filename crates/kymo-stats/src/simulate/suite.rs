//! S5: a report of forty benchmarks, from adaptive stopping to adjusted verdicts.

use super::check::{Bound, Check, Kind, Plan};
use super::draw::Draw;
use super::noise::Noise;
use super::power::signed;
use super::stopping::adaptive;
use crate::compare::{ALPHA, Comparison, of_differences};
use crate::family::benjamini_hochberg;
use crate::verdict::{Margin, Verdict, verdict};

const BENCHMARKS: usize = 40;

/// Benchmarks that truly changed, where some do.
const CHANGED: usize = 6;

/// Standard deviations of the benchmarks' differences, .3 to 4 %, evenly spaced on the log scale.
pub(super) fn spreads() -> impl Iterator<Item = f64> {
    let step = (0.04_f64 / 0.003).ln() / (BENCHMARKS - 1) as f64;
    (0..BENCHMARKS).map(move |b| 0.003 * (step * b as f64).exp())
}

/// How the errors of a report come about.
#[derive(Clone, Copy)]
enum Errors {
    /// Each benchmark for itself.
    Independent(Noise),
    /// Normal, correlated .3 between the benchmarks of one round.
    Common,
}

const CORRELATION: f64 = 0.3;

impl Errors {
    fn name(self) -> String {
        match self {
            Errors::Independent(noise) => format!("{} noise", noise.name()),
            Errors::Common => "errors correlated .3 within rounds".to_owned(),
        }
    }

    /// The difference of a round, standard deviation 1; `shared` is what the benchmarks of that round have in common.
    fn round(self, draw: &mut Draw, shared: f64) -> f64 {
        match self {
            Errors::Independent(noise) => (noise.draw(draw) - noise.draw(draw)) / std::f64::consts::SQRT_2,
            Errors::Common => CORRELATION.sqrt() * shared + (1.0 - CORRELATION).sqrt() * draw.normal(),
        }
    }
}

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = unadjusted(plan);
    let kinds = [
        Errors::Independent(Noise::Normal),
        Errors::Independent(Noise::TwoLayouts),
        Errors::Independent(Noise::Tailed),
        Errors::Independent(Noise::Skewed),
        Errors::Common,
    ];
    for errors in kinds {
        checks.extend(whole_path(plan, errors, 0.0));
        checks.extend(whole_path(plan, errors, 0.02));
    }
    for effect in [0.01, 0.05] {
        checks.extend(whole_path(plan, kinds[0], effect));
    }
    checks
}

/// One report with adaptive stopping; the first six benchmarks changed by `effect`.
fn report(draw: &mut Draw, errors: Errors, effect: f64) -> Vec<Comparison> {
    let shared: Vec<f64> = (0..super::stopping::rounds_max()).map(|_| draw.normal()).collect();
    spread_out()
        .enumerate()
        .filter_map(|(b, sd)| {
            let true_log = if b < CHANGED { effect.ln_1p() } else { 0.0 };
            of_differences(&adaptive(Margin::LEAST, |round| true_log + sd * errors.round(draw, shared[round])))
        })
        .collect()
}

/// The spreads in an order that gives the first six benchmarks quiet and noisy ones alike.
fn spread_out() -> impl Iterator<Item = f64> {
    let all: Vec<f64> = spreads().collect();
    (0..BENCHMARKS).map(move |b| all[b * 7 % BENCHMARKS])
}

/// Which benchmarks of a report are called changed, and how the verdicts fall.
struct Called {
    truly: usize,
    falsely: usize,
    same_nulls: usize,
}

fn called(report: &[Comparison], effect: f64) -> Called {
    let p: Vec<f64> = report.iter().map(|found| found.p).collect();
    let q = benjamini_hochberg(&p).unwrap_or_default();
    let mut called = Called { truly: 0, falsely: 0, same_nulls: 0 };
    for (b, (found, q)) in report.iter().zip(q).enumerate() {
        let changed = effect != 0.0 && b < CHANGED;
        match verdict(found, q, Margin::LEAST) {
            Verdict::Faster | Verdict::Slower if changed => called.truly += 1,
            Verdict::Faster | Verdict::Slower => called.falsely += 1,
            Verdict::Same { .. } if !changed => called.same_nulls += 1,
            Verdict::Same { .. } | Verdict::Inconclusive { .. } => {}
        }
    }
    called
}

fn whole_path(plan: Plan, errors: Errors, effect: f64) -> Vec<Check> {
    let name = format!("{}, adaptive", errors.name());
    let mut draw = Draw::new(plan.seed, &format!("S5 {name} {effect}"));
    let (mut any, mut found, mut same, mut discoveries) = (0, 0, 0, Vec::new());
    for _ in 0..plan.repetitions {
        let called = called(&report(&mut draw, errors, effect), effect);
        any += usize::from(called.falsely > 0);
        found += called.truly;
        same += called.same_nulls;
        discoveries.push(called.falsely as f64 / (called.truly + called.falsely).max(1) as f64);
    }
    let reports = plan.repetitions;
    if effect == 0.0 {
        return vec![
            Check::share("S5", format!("any false alarm, all null, {name}"), any, reports, Bound::AtMost(0.06)),
            Check::share("S5", format!("nulls called same, {name}"), same, reports * BENCHMARKS, Bound::Shown),
        ];
    }
    let what = format!("six changed by {}", signed(effect));
    let power = if effect >= 0.02 { Bound::AtLeast(0.75) } else { Bound::Shown };
    vec![
        Check::mean("S5", format!("false discoveries, {what}, {name}"), Kind::Share, &discoveries, Bound::AtMost(0.06)),
        Check::share("S5", format!("found, {what}, {name}"), found, reports * CHANGED, power),
    ]
}

/// Twenty rounds of s 2 % for each benchmark: what adjusting is for, and what it leaves.
fn unadjusted(plan: Plan) -> Vec<Check> {
    const ROUNDS: usize = 20;
    const SD: f64 = 0.02;
    let mut draw = Draw::new(plan.seed, "S5 fixed");
    let mut family = |effect: f64| -> Vec<Comparison> {
        (0..BENCHMARKS)
            .filter_map(|b| {
                let true_log = if b < CHANGED { effect.ln_1p() } else { 0.0 };
                of_differences(&(0..ROUNDS).map(|_| true_log + SD * draw.normal()).collect::<Vec<f64>>())
            })
            .collect()
    };
    let (mut raw, mut adjusted, mut found) = (0, 0, 0);
    for _ in 0..plan.repetitions {
        let nulls = family(0.0);
        raw += usize::from(nulls.iter().any(|found| found.p <= ALPHA));
        adjusted += usize::from(called(&nulls, 0.0).falsely > 0);
        found += called(&family(0.02), 0.02).truly;
    }
    let reports = plan.repetitions;
    vec![
        Check::share("S5", "any p ≤ 5 %, 40 nulls, not adjusted", raw, reports, Bound::AtLeast(0.80)),
        Check::share("S5", "any false alarm, 40 nulls, 20 rounds, s 2 %", adjusted, reports, Bound::AtMost(0.06)),
        Check::share(
            "S5",
            "found, six of 40 at +2 %, 20 rounds, s 2 %",
            found,
            reports * CHANGED,
            Bound::AtLeast(0.75),
        ),
    ]
}
