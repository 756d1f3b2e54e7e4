//! Chosen pairs of variants of a run, judged as one family: what confirming a change and telling drift are made of.

use crate::analysis::costs::Costs;
use crate::analysis::judged::{Judged, Settings, judge};
use kymo_model::{Lack, Metric, Phase, Run};

/// A pair to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Index of the benchmark in the plan.
    pub benchmark: usize,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// Index of the variant that the other is compared with.
    pub base: usize,
    /// Index of the variant that is compared.
    pub own: usize,
}

/// Judges pairs, with one q over all of them; `None` for a pair of which one side has nothing to compare.
pub fn judge_pairs(run: &Run, wanted: &[Wanted], settings: &Settings) -> Vec<Option<Judged>> {
    let paired = !run.lacks(Lack::Rounds);
    let mut judged: Vec<Option<Judged>> = wanted
        .iter()
        .map(|pair| {
            let benchmark = run.plan.benchmarks.get(pair.benchmark)?;
            let costs = Costs::of(run, pair.benchmark, pair.phase, pair.metric);
            let (base, own) = (costs.variant(pair.base)?, costs.variant(pair.own)?);
            let margin = settings.margin(&benchmark.name, pair.phase, pair.metric);
            Judged::new((pair.phase, pair.metric), base, own, paired, margin)
        })
        .collect();
    let mut family: Vec<&mut Judged> = judged.iter_mut().flatten().collect();
    judge(&mut family, settings.alpha);
    judged
}
