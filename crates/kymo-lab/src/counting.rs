//! Counting apart from the rounds: code with counters in it, or a simulated processor, is not what is timed.

use crate::calibration;
use crate::setup::Setup;
use kymo_model::{Benchmark, Metric, Phase, Plan, Run, ServeTest};
use kymo_worker::parent::Order;
use kymo_worker::protocol::PhasePlan;

/// How often each count is repeated, each time in a fresh process: twice shows whether it is exact.
const REPETITIONS: u32 = 2;

/// Iterations before the one that is counted on a simulated processor, so that what an engine does once is not in it.
const WARMUP_SIMULATED: u32 = 1;

/// A count that is still to be made.
pub(crate) struct Count {
    pub variant: usize,
    pub metric: Metric,
    /// From 1.
    pub repetition: u32,
    pub phases: Vec<PhasePlan>,
}

/// Whether anything of the plan is measured in rounds.
pub(crate) fn has_rounds(plan: &Plan) -> bool {
    plan.metrics.is_empty() || plan.metrics.iter().any(|metric| !metric.is_counted_apart())
}

/// Says once what of the plan nobody can count here.
pub(crate) fn note_absent(run: &mut Run, setup: &Setup) {
    for metric in run.plan.metrics.iter().copied().filter(|metric| metric.is_counted_apart()) {
        let note = if metric == Metric::InstructionsSimulated && !setup.simulator {
            format!("{metric} is absent: valgrind was not found; install it, or leave the metric out")
        } else {
            let lacking = setup.engines.iter().zip(&run.plan.variants);
            let lacking = lacking.filter(|(engine, _)| !engine.offers(metric));
            let names: Vec<&str> = lacking.map(|(_, variant)| variant.name.as_str()).collect();
            if names.is_empty() {
                continue;
            }
            format!("{metric} is absent: {} cannot count it", names.join(", "))
        };
        if !run.notes.contains(&note) {
            run.notes.push(note);
        }
    }
}

/// The counts of a benchmark, of those variants that can be measured at all.
pub(crate) fn due(plan: &Plan, setup: &Setup, live: &[bool], benchmark: usize) -> Vec<Count> {
    let mut counts = Vec::new();
    for metric in plan.metrics.iter().copied().filter(|metric| metric.is_counted_apart()) {
        if metric == Metric::InstructionsSimulated && !setup.simulator {
            continue;
        }
        if metric == Metric::SyscallsPerRequest && is_counted_at_another_rate(plan, benchmark) {
            continue;
        }
        for repetition in 1..=REPETITIONS {
            for (variant, engine) in setup.engines.iter().enumerate() {
                let phases = phases(plan, metric);
                let can = engine.offers(metric) && live.get(variant) == Some(&true);
                if can && !phases.is_empty() {
                    counts.push(Count { variant, metric, repetition, phases });
                }
            }
        }
    }
    counts
}

/// Whether a benchmark before this one is the same server at another rate: one request after the other has no rate.
fn is_counted_at_another_rate(plan: &Plan, benchmark: usize) -> bool {
    let same = |own: &Benchmark, other: &Benchmark| {
        let (Some(test), Some(others)) = (&own.serve, &other.serve) else { return false };
        own.flavour == other.flavour && ServeTest { rate: others.rate, ..test.clone() } == *others
    };
    let Some(own) = plan.benchmarks.get(benchmark) else { return false };
    plan.benchmarks[..benchmark].iter().any(|other| same(own, other))
}

/// Whether the run has a count already, or a failure of it: what failed once would fail again.
pub(crate) fn is_done(run: &Run, benchmark: usize, count: &Count) -> bool {
    run.invocations.iter().any(|one| {
        let place = (one.benchmark as usize, one.variant as usize) == (benchmark, count.variant);
        let done = one.round == count.repetition || !one.outcome.is_measured();
        place && one.counting == Some(count.metric) && done
    })
}

/// Fuel is of the execution alone; a simulated processor counts every phase that a worker measures.
fn phases(plan: &Plan, metric: Metric) -> Vec<PhasePlan> {
    let fuel = metric == Metric::Fuel;
    let warmup = if fuel { 0 } else { WARMUP_SIMULATED };
    calibration::worker_phases(plan)
        .into_iter()
        .filter(|phase| !fuel || *phase == Phase::Execute)
        .map(|phase| PhasePlan { phase, warmup, iterations: 1 })
        .collect()
}

/// Makes an order one that counts.
pub(crate) fn order(mut order: Order, count: &Count, setup: &Setup) -> Order {
    let metric = count.metric;
    order.measure.metrics = vec![metric];
    order.lifetime.clear();
    order.cpu = None;
    order.simulated = metric == Metric::InstructionsSimulated;
    if order.simulated {
        // The same layout every time: it would only move addresses, and with them the counts of hash tables.
        order.padding_bytes = 0;
    }
    let needs_setting = setup.engines.get(count.variant).is_some_and(|engine| engine.fuel_setting);
    if metric == Metric::Fuel && needs_setting {
        order.open.settings.insert("fuel".to_owned(), "on".to_owned());
    }
    order
}
