//! How many iterations an invocation makes: decided once, from the first invocation of each variant, which is no
//! evidence, and the same for all variants and rounds.

use kymo_model::{Invocation, Metric, Phase, Plan};
use kymo_worker::protocol::PhasePlan;

/// Fewest iterations of an invocation, so that its inner spread can be seen; the reference clamps to [3, 50].
const ITERATIONS_MIN: u32 = 3;

/// Most iterations of an invocation.
const ITERATIONS_MAX: u32 = 50;

/// An iteration longer than this is measured once an invocation: the time buys more as another process, since
/// iterations of one process share its layout and luck.
const LONG_ITERATION_S: f64 = 0.5;

/// Iterations of the calibrating invocation after its warm-up.
const CALIBRATION_ITERATIONS: u32 = 2;

/// The share of the time limit that a planned invocation may use, so that a noisy moment does not end it.
const TIMEOUT_SHARE: f64 = 0.5;

/// The phases of a plan that a worker measures, in the order of a benchmark's life. The lifetime needs a guest that
/// ran, so it executes once where nothing else does.
pub(crate) fn worker_phases(plan: &Plan) -> Vec<Phase> {
    let mut phases: Vec<Phase> = plan.phases.iter().copied().filter(|phase| *phase != Phase::Lifetime).collect();
    phases.sort_unstable();
    phases.dedup();
    if phases.is_empty() { vec![Phase::Execute] } else { phases }
}

/// What the calibrating invocation of a benchmark measures.
pub fn first_phases(plan: &Plan, benchmark: usize) -> Vec<PhasePlan> {
    let warmup = plan.benchmarks.get(benchmark).map_or(1, |benchmark| benchmark.warmup);
    worker_phases(plan)
        .into_iter()
        .map(|phase| PhasePlan { phase, warmup: warmup.min(1), iterations: CALIBRATION_ITERATIONS })
        .collect()
}

/// What every later invocation of a benchmark measures: `calibrations` are the measured calibrating invocations of its
/// variants.
///
/// The number of iterations is √(c₂/c₁) (Kalibera & Jones, ISMM 2013), with c₁ the cost of an iteration and c₂ that of
/// starting and warming a process, and with equal variance between and within processes: that ratio is not known yet,
/// and the optimum is flat.
pub fn phases<'a>(
    plan: &Plan,
    benchmark: usize,
    calibrations: impl Iterator<Item = &'a Invocation> + Clone,
) -> Vec<PhasePlan> {
    let warmup = plan.benchmarks.get(benchmark).map_or(1, |benchmark| benchmark.warmup);
    let phases = worker_phases(plan);
    if plan.phases.iter().all(|phase| *phase == Phase::Lifetime) {
        return phases.into_iter().map(|phase| PhasePlan { phase, warmup: 0, iterations: 1 }).collect();
    }
    let share = TIMEOUT_SHARE * plan.timeout.get() / phases.len() as f64;
    phases
        .into_iter()
        .map(|phase| {
            // The slowest variant decides: all variants make the same number.
            let costs = calibrations.clone().filter_map(|invocation| costs(invocation, phase));
            let (iteration_s, start_s) = costs.reduce(|a, b| if b.0 > a.0 { b } else { a }).unwrap_or((0.0, 0.0));
            let warmup = if iteration_s > LONG_ITERATION_S { warmup.min(1) } else { warmup };
            let iterations = iterations(iteration_s, start_s, warmup);
            // One iteration is always measured. The warm-up is as long as the suite asks, if need be at the expense of
            // iterations, but not so long that the time limit ends every invocation.
            let fitting = (share / iteration_s.max(1e-9)).min(1e6) as u32;
            let warmup = warmup.min(fitting.saturating_sub(1));
            let iterations = iterations.min(fitting.saturating_sub(warmup)).max(1);
            PhasePlan { phase, warmup, iterations }
        })
        .collect()
}

fn iterations(iteration_s: f64, start_s: f64, warmup: u32) -> u32 {
    if iteration_s > LONG_ITERATION_S {
        return 1;
    }
    let start_s = start_s + f64::from(warmup) * iteration_s;
    // A float too large for u32 saturates, which the clamp then cuts.
    ((start_s / iteration_s.max(1e-9)).sqrt().ceil() as u32).clamp(ITERATIONS_MIN, ITERATIONS_MAX)
}

/// Seconds of one iteration of `phase`, and seconds of everything else in that invocation.
fn costs(invocation: &Invocation, phase: Phase) -> Option<(f64, f64)> {
    let Some(times) = invocation.samples(phase, Metric::WallTime) else {
        // No times were asked for: at worst the whole invocation went into this phase's iterations.
        let of_phase = invocation.samples.iter().filter(|samples| samples.phase == phase);
        let iterations = of_phase.map(|samples| samples.values.len()).max().filter(|count| *count > 0)?;
        return Some((invocation.duration.get() / iterations as f64, 0.0));
    };
    let steady = times.steady();
    let iteration_s = steady.iter().map(|value| value.get()).sum::<f64>() / steady.len().max(1) as f64;
    let measured: f64 = invocation
        .samples
        .iter()
        .filter(|samples| samples.metric == Metric::WallTime && samples.phase != Phase::Lifetime)
        .flat_map(|samples| samples.values.iter().map(|value| value.get()))
        .sum();
    Some((iteration_s, (invocation.duration.get() - measured).max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iterations_grow_with_the_cost_of_a_start() {
        assert_eq!(iterations(0.2, 2.0, 0), 4);
        assert_eq!(iterations(0.1, 0.01, 1), 3, "never fewer than three");
        assert_eq!(iterations(1e-6, 0.01, 1), 50, "never more than fifty");
        assert_eq!(iterations(0.0, 0.01, 1), 50);
        assert_eq!(iterations(4.0, 0.01, 1), 1, "long iterations are measured once");
    }
}
