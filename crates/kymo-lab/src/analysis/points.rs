//! What a run contributes to series: one value for each benchmark, variant, phase and metric.

use crate::analysis::costs::{Costs, VariantCosts};
use crate::analysis::table::{by_benchmark, phases_present};
use kymo_model::{Invocation, Lack, Metric, ModuleHash, Phase, Run, metric::Nature};

/// A run's contribution to one series.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPoint {
    /// Index of the benchmark in the plan.
    pub benchmark: usize,
    /// Index of the variant in the plan.
    pub variant: usize,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// The variant that the value is divided by, where it is a ratio; the canary.
    pub relative_to: Option<usize>,
    /// What was measured, or the name of the outcome.
    pub value: Result<PointEstimate, &'static str>,
    /// SHA-256 of the machine code that all invocations agree on, where the engine shows it.
    pub code: Option<ModuleHash>,
}

/// An estimate in the metric's base unit, or a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointEstimate {
    /// Geometric mean of the invocations' costs; the arithmetic one for metrics that reach zero.
    pub value: f64,
    /// 95 % interval, for five invocations and more (statistics reference, 2.1).
    pub interval: Option<(f64, f64)>,
    /// Invocations that it stands on.
    pub invocations: usize,
}

/// The points of a run: all as measured, and those of noisy metrics relative to the canary as well, by rounds.
pub fn run_points(run: &Run) -> Vec<RunPoint> {
    let canary = run.filed.as_ref().and_then(|filed| filed.canary).map(|variant| variant as usize);
    let index = by_benchmark(run);
    let mut points = Vec::new();
    for (benchmark, invocations) in index.iter().enumerate() {
        for phase in phases_present(run) {
            for metric in run.plan.metrics.iter().copied() {
                let cell = Cell { run, benchmark, invocations, phase, metric };
                cell.add(canary, &mut points);
            }
        }
    }
    points
}

/// A benchmark, phase and metric of a run.
struct Cell<'a> {
    run: &'a Run,
    benchmark: usize,
    invocations: &'a [&'a Invocation],
    phase: Phase,
    metric: Metric,
}

impl Cell<'_> {
    fn add(&self, canary: Option<usize>, points: &mut Vec<RunPoint>) {
        let variants = self.run.plan.variants.len();
        let invocations = self.invocations.iter().copied();
        let costs = Costs::of_invocations(variants, invocations, self.benchmark, self.phase, self.metric);
        let paired = !self.run.lacks(Lack::Rounds);
        for variant in 0..variants {
            let point = |relative_to, value, code| RunPoint {
                benchmark: self.benchmark,
                variant,
                phase: self.phase,
                metric: self.metric,
                relative_to,
                value,
                code,
            };
            match costs.variant(variant) {
                Some(own) => {
                    let Some(estimate) = self.estimate(own) else { continue };
                    points.push(point(None, Ok(estimate), own.code().cloned()));
                    let base = canary.filter(|canary| *canary != variant && paired);
                    let Some(base) = base.and_then(|canary| costs.variant(canary)) else { continue };
                    if let Some(ratio) = self.ratio(base, own) {
                        points.push(point(canary, Ok(ratio), own.code().cloned()));
                    }
                }
                // Said once for a phase, not for each metric of it.
                None if Some(&self.metric) == self.run.plan.metrics.first() => {
                    if let Some(outcome) = self.failure(variant) {
                        points.push(point(None, Err(outcome), None));
                    }
                }
                None => {}
            }
        }
    }

    fn failure(&self, variant: usize) -> Option<&'static str> {
        let mut own = self.invocations.iter().filter(|invocation| invocation.variant as usize == variant);
        own.find(|one| !one.outcome.is_measured() && one.counting.is_none()).map(|failed| failed.outcome.name())
    }

    fn estimate(&self, own: &VariantCosts) -> Option<PointEstimate> {
        let costs = own.values();
        let invocations = costs.len();
        if self.metric.nature() == Nature::ReachesZero {
            let value = costs.iter().sum::<f64>() / invocations as f64;
            // A mean is a difference from nothing.
            let from_zero = kymo_stats::difference_in_units(&vec![0.0; invocations], &costs);
            let interval = from_zero.and_then(|one| one.ci95).map(|interval| (interval.lo, interval.hi));
            return Some(PointEstimate { value, interval, invocations });
        }
        let estimate = kymo_stats::estimate(&costs)?;
        let interval = estimate.interval().map(|interval| (interval.lo, interval.hi));
        Some(PointEstimate { value: estimate.geometric_mean(), interval, invocations })
    }

    fn ratio(&self, base: &VariantCosts, own: &VariantCosts) -> Option<PointEstimate> {
        if self.metric.nature() != Nature::Noisy {
            return None;
        }
        let (base, own) = base.common_rounds(own);
        let comparison = kymo_stats::paired(&base, &own)?;
        let enough = base.len() >= kymo_stats::estimate::INVOCATIONS_FOR_INTERVAL;
        let interval = comparison.ratio_ci95().filter(|_| enough).map(|interval| (interval.lo, interval.hi));
        Some(PointEstimate { value: comparison.ratio(), interval, invocations: base.len() })
    }
}
