//! What each variant gave on each benchmark: the samples that evidence is made of, for those who plot them.

use crate::analysis::costs::Costs;
use crate::analysis::table::{by_benchmark, phases_present};
use kymo_model::{Invocation, Metric, ModuleHash, Outcome, Phase, Run};

/// A benchmark under a variant, in one phase and metric.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCell {
    /// Index of the benchmark in the plan.
    pub benchmark: usize,
    /// Index of the variant in the plan.
    pub variant: usize,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// `measured`, or why not.
    pub outcome: Outcome,
    /// SHA-256 of the machine code that all invocations agree on.
    pub code: Option<ModuleHash>,
    /// The invocations that count, by round.
    pub invocations: Vec<CellInvocation>,
}

/// An invocation of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellInvocation {
    /// Its round.
    pub round: u32,
    /// Its cost: the mean of its steady iterations, in the metric's unit.
    pub cost: f64,
    /// Its steady iterations.
    pub samples: Vec<f64>,
}

/// The cells of a run, those of a benchmark together. Of what could not be measured there is one cell a phase, for the
/// first metric.
pub fn cells(run: &Run) -> Vec<RunCell> {
    let mut cells = Vec::new();
    for (benchmark, invocations) in by_benchmark(run).iter().enumerate() {
        for phase in phases_present(run) {
            for metric in run.plan.metrics.iter().copied() {
                add(run, (benchmark, invocations), phase, metric, &mut cells);
            }
        }
    }
    cells
}

fn add(
    run: &Run,
    (benchmark, invocations): (usize, &[&Invocation]),
    phase: Phase,
    metric: Metric,
    cells: &mut Vec<RunCell>,
) {
    let costs = Costs::of_invocations(run.plan.variants.len(), invocations.iter().copied(), benchmark, phase, metric);
    for variant in 0..run.plan.variants.len() {
        let own = invocations.iter().copied().filter(|invocation| invocation.variant as usize == variant);
        let cell =
            |outcome, code, invocations| RunCell { benchmark, variant, phase, metric, outcome, code, invocations };
        if let Some(measured) = costs.variant(variant) {
            let mut counted: Vec<CellInvocation> = own
                .filter(|invocation| invocation.round > 0)
                .filter_map(|one| counted(one, phase, metric, costs.cut))
                .collect();
            counted.sort_by_key(|invocation| invocation.round);
            cells.push(cell(Outcome::Measured, measured.code().cloned(), counted));
        } else if Some(&metric) == run.plan.metrics.first() {
            let failed = own.clone().find(|one| !one.outcome.is_measured() && one.counting.is_none());
            cells.extend(failed.map(|failed| cell(failed.outcome.clone(), None, Vec::new())));
        }
    }
}

fn counted(invocation: &Invocation, phase: Phase, metric: Metric, cut: usize) -> Option<CellInvocation> {
    let values: Vec<f64> = invocation.samples(phase, metric)?.values.iter().map(|value| value.get()).collect();
    let cost = kymo_stats::invocation_cost(&values, cut)?;
    Some(CellInvocation { round: invocation.round, cost, samples: values[cut.min(values.len())..].to_vec() })
}
