//! Drift: a commit's builds against builds of an older release, measured in the same rounds (statistics reference, 2.8).

use crate::analysis::judged::{Judged, Settings};
use crate::analysis::pairs::{Wanted, judge_pairs};
use crate::analysis::table::{phases_present, summary_of};
use kymo_model::{Anchor, Metric, Phase, Run, metric::Nature};
use kymo_stats::{Summary, anchors};

/// A commit against a release, in one phase and metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Name of the commit's variant.
    pub variant: String,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// The benchmarks that both have: index in the plan, and the verdict at 1 %.
    pub benchmarks: Vec<(usize, Judged)>,
    /// The geometric mean of ratios over the benchmarks; `None` for a single one.
    pub mean: Option<Summary>,
}

/// How far each of a run's variants is from its build of a release. A variant is compared with the anchor of the same
/// strategy and settings. Verdicts are at 1 %, a family of their own for each release.
pub fn drifts(run: &Run, anchor: &Anchor) -> Vec<Drift> {
    let Some(filed) = &run.filed else { return Vec::new() };
    let base = anchor.variant as usize;
    let Some(old) = run.plan.variants.get(base) else { return Vec::new() };
    let settings = Settings { alpha: anchors::ALPHA, margin: anchors::MARGIN, ..Settings::default() };
    let mut wanted = Vec::new();
    for (own, variant) in run.plan.variants.iter().enumerate() {
        let same =
            (&variant.engine, &variant.strategy, &variant.settings) == (&old.engine, &old.strategy, &old.settings);
        if !filed.is_subject(own as u32) || !same {
            continue;
        }
        for phase in phases_present(run) {
            let ratios = run.plan.metrics.iter().copied().filter(|metric| metric.nature() != Nature::ReachesZero);
            for metric in ratios {
                let all = 0..run.plan.benchmarks.len();
                wanted.extend(all.map(|benchmark| Wanted { benchmark, phase, metric, base, own }));
            }
        }
    }
    let judged = judge_pairs(run, &wanted, &settings);
    let mut drifts: Vec<Drift> = Vec::new();
    for (pair, judged) in wanted.iter().zip(judged) {
        let Some(judged) = judged else { continue };
        let variant = &run.plan.variants[pair.own].name;
        let place =
            drifts.iter().position(|one| (&one.variant, one.phase, one.metric) == (variant, pair.phase, pair.metric));
        let place = place.unwrap_or_else(|| {
            let (variant, phase, metric) = (variant.clone(), pair.phase, pair.metric);
            drifts.push(Drift { variant, phase, metric, benchmarks: Vec::new(), mean: None });
            drifts.len() - 1
        });
        drifts[place].benchmarks.push((pair.benchmark, judged));
    }
    for drift in &mut drifts {
        let all: Vec<&Judged> = drift.benchmarks.iter().map(|(_, judged)| judged).collect();
        drift.mean = summary_of(&all);
    }
    drifts
}
