//! S7: false alarms on flat series, steps found, and silence across an epoch.

use super::check::{self, Bound, Check, Plan};
use super::draw::Draw;
use super::power::signed;
use crate::steps::{Step, steps, steps_in_epochs, suspected};
use crate::verdict::Margin;

/// Noise of a commit's value, on the log scale.
const SD: f64 = 0.01;

/// Length of the flat series.
const COMMITS: usize = 150;

/// Commits before a step.
const BEFORE: usize = 100;

/// Length of the short flat series.
const COMMITS_SHORT: usize = 40;

/// How far the upper of two modes lies from the lower, and how often a value is in it.
const MODE: (f64, f64) = (0.05, 0.3);

/// A step is found where it is if it is this near, in commits.
const REACH: usize = 3;

/// How a series scatters. Source: statistics reference, 3.6.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Independent,
    Tailed,
    Spiky,
    Modal,
    Autocorrelated,
}

impl Kind {
    const ALL: [Kind; 5] = [Kind::Independent, Kind::Tailed, Kind::Spiky, Kind::Modal, Kind::Autocorrelated];

    fn name(self) -> &'static str {
        match self {
            Kind::Independent => "independent",
            Kind::Tailed => "t₃",
            Kind::Spiky => "3 % spikes of 8 %",
            Kind::Modal => "two modes, 5 % apart",
            Kind::Autocorrelated => "AR(.4)",
        }
    }

    fn series(self, draw: &mut Draw, n: usize) -> Vec<f64> {
        if self == Kind::Autocorrelated {
            return draw.autoregressive(n, 0.4).iter().map(|e| SD * e).collect();
        }
        (0..n).map(|_| self.value(draw)).collect()
    }

    fn value(self, draw: &mut Draw) -> f64 {
        match self {
            Kind::Tailed => SD * draw.heavy(3),
            Kind::Spiky if draw.happens(0.03) => SD * draw.normal() + 0.08 * draw.exponential(),
            Kind::Modal if draw.happens(MODE.1) => SD * draw.normal() + MODE.0,
            _ => SD * draw.normal(),
        }
    }
}

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    for kind in Kind::ALL {
        checks.push(flat(plan, kind, COMMITS, Bound::AtMost(0.01)));
    }
    for kind in Kind::ALL {
        checks.push(flat(plan, kind, COMMITS_SHORT, Bound::Shown));
    }
    for kind in Kind::ALL {
        checks.push(at_every_commit(plan.part(40), kind));
    }
    for effect in [0.01, 0.02, 0.03, 0.05] {
        for after in [5, 10, 20, 50] {
            checks.push(found(plan.part(2), Kind::Independent, Jump { effect, after }));
        }
    }
    for effect in [0.02, 0.05] {
        for after in [10, 20] {
            checks.push(found(plan.part(2), Kind::Autocorrelated, Jump { effect, after }));
        }
    }
    for kind in [Kind::Independent, Kind::Tailed, Kind::Autocorrelated] {
        for effect in [0.02, 0.05] {
            checks.extend(certain(plan.part(2), kind, effect));
        }
    }
    for (what, slope, walk) in [("drift of 10 % in all", 0.10, 0.0), ("random walk, 0.1 % a commit", 0.0, 0.001)] {
        checks.push(wandering(plan.part(2), what, slope, walk));
    }
    checks.push(across_an_epoch(plan));
    checks
}

fn flat(plan: Plan, kind: Kind, commits: usize, bound: Bound) -> Check {
    let what = format!("any alarm, flat series of {commits}, {}", kind.name());
    let mut draw = Draw::new(plan.seed, &format!("S7 {what}"));
    let mut alarm = || steps(&kind.series(&mut draw, commits), Margin::LEAST).is_some_and(|f| !f.steps.is_empty());
    let alarms = (0..plan.repetitions).filter(|_| alarm()).count();
    Check::share("S7", what, alarms, plan.repetitions, bound)
}

/// Run after every commit, the detector has many chances to err; two analyses running must agree.
fn at_every_commit(plan: Plan, kind: Kind) -> Check {
    let what = format!("any suspicion, analysed at each commit from 20 to {COMMITS}, {}", kind.name());
    let mut draw = Draw::new(plan.seed, &format!("S7 {what}"));
    let alarms = (0..plan.repetitions).filter(|_| {
        let series = kind.series(&mut draw, COMMITS);
        let mut previous: Vec<Step> = Vec::new();
        (20..=COMMITS).any(|n| {
            let current = steps(&series[..n], Margin::LEAST).map_or_else(Vec::new, |found| found.steps);
            let alarm = !suspected(&previous, &current).is_empty();
            previous = current;
            alarm
        })
    });
    Check::share("S7", what, alarms.count(), plan.repetitions, Bound::Shown)
}

#[derive(Clone, Copy)]
struct Jump {
    effect: f64,
    after: usize,
}

fn found(plan: Plan, kind: Kind, jump: Jump) -> Check {
    let what = format!("{} found, {} commits after it, {}", signed(jump.effect), jump.after, kind.name());
    let mut draw = Draw::new(plan.seed, &format!("S7 {what}"));
    let hits = (0..plan.repetitions).filter(|_| {
        let mut series = kind.series(&mut draw, BEFORE + jump.after);
        series[BEFORE..].iter_mut().for_each(|log| *log += jump.effect.ln_1p());
        let near = |step: &Step| step.at.abs_diff(BEFORE) <= REACH;
        steps(&series, Margin::LEAST).is_some_and(|found| found.steps.iter().any(near))
    });
    let hits = hits.count();
    let bound = match (kind, jump.effect, jump.after) {
        (Kind::Independent, 0.05, 5) => Bound::AtLeast(0.97),
        (Kind::Independent, 0.02, 20) => Bound::AtLeast(0.90),
        _ => Bound::Shown,
    };
    Check::share("S7", what, hits, plan.repetitions, bound)
}

/// Alarms on what moves without a step, for each series: whatever it is called, nobody's commit made it.
fn wandering(plan: Plan, what: &str, slope: f64, walk: f64) -> Check {
    let what = format!("alarms a series of {COMMITS}, {what}");
    let mut draw = Draw::new(plan.seed, &format!("S7 {what}"));
    let alarms: Vec<f64> = (0..plan.repetitions)
        .map(|_| {
            let mut series = Kind::Independent.series(&mut draw, COMMITS);
            let mut level = 0.0;
            for log in &mut series {
                level += slope.ln_1p() / COMMITS as f64 + walk * draw.normal();
                *log += level;
            }
            steps(&series, Margin::LEAST).map_or(0.0, |found| found.steps.len() as f64)
        })
        .collect();
    let bound = if slope > 0.0 { Bound::AtMost(0.25) } else { Bound::Shown };
    Check::mean("S7", what, check::Kind::Number, &alarms, bound)
}

/// Of the steps that are found near their place, in how many the range holds the place and the interval the size.
fn certain(plan: Plan, kind: Kind, effect: f64) -> [Check; 2] {
    let what = format!("{} of 50 commits, {}", signed(effect), kind.name());
    let mut draw = Draw::new(plan.seed, &format!("S7 {what}"));
    let (mut cases, mut in_range, mut in_interval) = (0, 0, 0);
    for _ in 0..plan.repetitions {
        let mut series = kind.series(&mut draw, BEFORE + 50);
        series[BEFORE..].iter_mut().for_each(|log| *log += effect.ln_1p());
        let found = steps(&series, Margin::LEAST).map_or_else(Vec::new, |found| found.steps);
        let [step] = found.as_slice() else { continue };
        cases += 1;
        in_range += usize::from(step.range.contains(&BEFORE));
        let holds = |(lo, hi): (f64, f64)| lo <= effect.ln_1p() && effect.ln_1p() <= hi;
        in_interval += usize::from(step.interval_log.is_some_and(holds));
    }
    let range = if kind == Kind::Autocorrelated { Bound::Shown } else { Bound::AtLeast(0.95) };
    [
        Check::share("S7", format!("the range holds the place, {what}"), in_range, cases, range),
        Check::share("S7", format!("the interval holds the size, {what}"), in_interval, cases, Bound::Shown),
    ]
}

fn across_an_epoch(plan: Plan) -> Check {
    let mut draw = Draw::new(plan.seed, "S7 epoch");
    let epoch = COMMITS / 2;
    let alarms = (0..plan.repetitions).filter(|_| {
        let mut series = Kind::Independent.series(&mut draw, COMMITS);
        series[epoch..].iter_mut().for_each(|log| *log += 0.10);
        !steps_in_epochs(&series, &[epoch], Margin::LEAST).is_empty()
    });
    Check::share("S7", "any alarm, 10 % jump at an epoch", alarms.count(), plan.repetitions, Bound::AtMost(0.01))
}
