//! S8: slow drift. Anchors answer; trend tests on the history mistake the machine's drift for the program's.

use super::check::{Bound, Check, Plan};
use super::draw::Draw;
use super::machine::{Machine, Schedule, random_walk};
use super::power::signed;
use crate::anchors::{ALPHA, ROUNDS, verdicts};
use crate::compare::paired;
use crate::trend::trend;
use crate::verdict::Verdict;

/// Standard deviation of a process: differences of a round have √2 of it, 1.4 %.
const PROCESS_SD: f64 = 0.01;

const COMMITS: usize = 100;

/// How far the machine of the trend test wanders from commit to commit. Source: statistics reference, 3.7.
const WANDER: f64 = 0.001;

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    for machine in Machine::ALL {
        checks.push(anchor(plan, machine, 0.0, Bound::AtMost(0.017)));
    }
    checks.push(anchor(plan, Machine::Quiet, 0.01, Bound::Shown));
    checks.push(anchor(plan, Machine::Quiet, 0.02, Bound::AtLeast(0.95)));
    checks.push(anchor(plan, Machine::RandomWalk, 0.02, Bound::Shown));
    checks.push(trend_test(plan.part(8), History { drift: 0.0, wander: 0.0 }, Bound::AtMost(0.02)));
    checks.push(trend_test(plan.part(8), History { drift: 0.0, wander: WANDER }, Bound::AtLeast(0.20)));
    checks.push(trend_test(plan.part(8), History { drift: 0.01, wander: 0.0 }, Bound::Shown));
    checks.push(trend_test(plan.part(8), History { drift: 0.02, wander: 0.0 }, Bound::AtLeast(0.95)));
    checks
}

fn anchor(plan: Plan, machine: Machine, effect: f64, bound: Bound) -> Check {
    let what = format!("anchor calls a change, true {}, machine: {}", signed(effect), machine.name());
    let mut draw = Draw::new(plan.seed, &format!("S8 {what}"));
    let called = (0..plan.repetitions).filter(|_| {
        let disturbances = machine.disturbances(&mut draw, 2 * ROUNDS);
        let mut sides = [Vec::new(), Vec::new()];
        for (variant, disturbance) in Schedule::Rounds.places(&mut draw, ROUNDS).into_iter().zip(disturbances) {
            let true_log = if variant == 1 { effect.ln_1p() } else { 0.0 };
            sides[variant].push((true_log + disturbance + PROCESS_SD * draw.normal()).exp());
        }
        let verdicts = paired(&sides[0], &sides[1]).and_then(|found| verdicts(&[found]));
        matches!(verdicts.as_deref(), Some([Verdict::Faster | Verdict::Slower]))
    });
    Check::share("S8", what, called.count(), plan.repetitions, bound)
}

#[derive(Clone, Copy)]
struct History {
    /// What the program loses over the whole history, relative.
    drift: f64,
    /// What the machine wanders from commit to commit.
    wander: f64,
}

fn trend_test(plan: Plan, history: History, bound: Bound) -> Check {
    let machine = if history.wander > 0.0 { "machine wanders .1 % a commit" } else { "machine quiet" };
    let what = format!("trend test calls a drift, true {} over {COMMITS} commits, {machine}", signed(history.drift));
    let mut draw = Draw::new(plan.seed, &format!("S8 {what}"));
    let called = (0..plan.repetitions).filter(|_| {
        let wander = random_walk(&mut draw, COMMITS, history.wander);
        let part = |t: usize| history.drift.ln_1p() * t as f64 / (COMMITS - 1) as f64;
        let series: Vec<f64> =
            wander.iter().enumerate().map(|(t, level)| level + part(t) + PROCESS_SD * draw.normal()).collect();
        trend(&series).is_some_and(|found| found.p <= ALPHA)
    });
    Check::share("S8", what, called.count(), plan.repetitions, bound)
}
