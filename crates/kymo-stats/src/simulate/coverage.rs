//! S1: how often the interval of one variant holds the true cost.

use super::check::{Bound, Check, Plan};
use super::draw::Draw;
use super::process::Process;
use crate::estimate::{estimate, invocation_cost};

const ITERATIONS: usize = 10;

/// The models whose coverage is held to account; the others are shown.
const MODELS: [Process; 3] = [Process::Normal, Process::TwoLayouts, Process::Autocorrelated];

pub(super) fn run(plan: Plan) -> Vec<Check> {
    let mut checks = Vec::new();
    for process in Process::ALL {
        for invocations in [10, 20, 30] {
            let bound = if MODELS.contains(&process) { Bound::Within(0.935, 0.965) } else { Bound::Shown };
            checks.push(coverage(plan, process, invocations, bound));
        }
    }
    checks.push(coverage(plan, Process::TwoLayouts, 5, Bound::Shown));
    checks
}

fn coverage(plan: Plan, process: Process, invocations: usize, bound: Bound) -> Check {
    let what = format!("{}, {invocations} invocations", process.name());
    let mut draw = Draw::new(plan.seed, &format!("S1 {what}"));
    let covered = (0..plan.repetitions).filter(|_| {
        let costs: Vec<f64> =
            (0..invocations).filter_map(|_| invocation_cost(&process.invocation(&mut draw, ITERATIONS), 0)).collect();
        let interval = estimate(&costs).and_then(|found| found.ci95);
        interval.is_some_and(|interval| interval.contains(process.expected_log()))
    });
    Check::share("S1", what, covered.count(), plan.repetitions, bound)
}
