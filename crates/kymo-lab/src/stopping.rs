//! When a benchmark has been measured enough. Decided on the spread alone, at planned looks, never on the effect: the
//! verdicts are computed once, when everything is closed.

use crate::analysis::costs::Costs;
use crate::state::BenchmarkState;
use kymo_model::{Close, Metric, Phase, Run, StopRule, metric::Nature};
use kymo_stats::Margin;

/// Rounds after which a benchmark without any noisy metric is closed: exact metrics need no average, only repetition.
const ROUNDS_EXACT: u32 = 3;

/// Rounds after which a benchmark is closed whose noisy metrics all reach zero: they have no margin to be precise to, but
/// an interval needs rounds. The first planned look.
const ROUNDS_IN_UNITS: u32 = kymo_stats::LOOKS[0] as u32;

/// The metrics whose precision decides: of servers what they can do and what an answer costs; `wall_time` where it is measured, else all noisy ones.
pub fn primary_metrics(run: &Run) -> Vec<Metric> {
    if run.plan.serve.is_some() {
        // The tails of response times would keep a run going for ever.
        let both = [Metric::Throughput, Metric::CpuPerRequest];
        return both.into_iter().filter(|metric| run.plan.metrics.contains(metric)).collect();
    }
    if run.plan.metrics.contains(&Metric::WallTime) {
        return vec![Metric::WallTime];
    }
    run.plan.metrics.iter().copied().filter(|metric| metric.nature() == Nature::Noisy).collect()
}

/// What a finished round led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The widest half-width on the log scale, if this was a planned look and there is one.
    pub half_width: Option<f64>,
    /// Why the benchmark is to be closed, if it is.
    pub close: Option<Close>,
}

/// Looks at a benchmark after a finished round. The budget is for the caller to watch.
pub fn look(run: &Run, benchmark: usize, state: &mut BenchmarkState) -> Look {
    let closed = |close: Option<Close>| Look { half_width: None, close };
    if !state.is_live() {
        return closed(Some(Close::Failed));
    }
    let (margin, rounds_max) = match run.plan.stop {
        StopRule::Rounds { rounds } => return closed((state.rounds >= rounds).then_some(Close::Rounds)),
        StopRule::Precision { margin, rounds_max, .. } => (margin, rounds_max),
    };
    let at_the_end = (state.rounds >= rounds_max).then_some(Close::Rounds);
    let metrics = primary_metrics(run);
    if metrics.is_empty() {
        let exact = run.plan.metrics.iter().all(|metric| metric.nature() == Nature::Exact);
        let enough = if exact { ROUNDS_EXACT } else { ROUNDS_IN_UNITS };
        return closed((state.rounds >= enough).then_some(Close::Precise).or(at_the_end));
    }
    let (rounds, square) = (state.rounds as usize, state.square());
    let is_look = rounds > 0 && kymo_stats::next_look(rounds - 1, square) == Some(rounds);
    let half_width = if is_look { half_width(run, benchmark, state, &metrics) } else { None };
    let precise = match (half_width, Margin::new(margin.get())) {
        (Some(half_width), Some(margin)) => kymo_stats::is_precise(half_width, margin),
        _ => false,
    };
    Look { half_width, close: precise.then_some(Close::Precise).or(at_the_end) }
}

/// The widest half-width, on the log scale, of what the report will show for a benchmark: the comparisons with the first
/// variant, and the estimates of variants that have none to be compared with. `None` where nothing can be said yet.
fn half_width(run: &Run, benchmark: usize, state: &BenchmarkState, metrics: &[Metric]) -> Option<f64> {
    let mut widest: Option<f64> = None;
    for phase in run.plan.phases.iter().copied() {
        for metric in metrics {
            for width in half_widths(run, benchmark, state, phase, *metric) {
                widest = Some(widest.unwrap_or(0.0).max(width));
            }
        }
    }
    widest
}

fn half_widths(run: &Run, benchmark: usize, state: &BenchmarkState, phase: Phase, metric: Metric) -> Vec<f64> {
    // The state's own invocations only: a look must not walk the whole run, and a look made again on resuming must not
    // see later rounds.
    let own = state.invocations.iter().filter_map(|position| run.invocations.get(*position));
    let costs = Costs::of_invocations(run.plan.variants.len(), own, benchmark, phase, metric);
    let base = costs.variant(0);
    let others = (1..run.plan.variants.len()).any(|variant| costs.variant(variant).is_some());
    let mut widths = Vec::new();
    for variant in 0..run.plan.variants.len() {
        let own = costs.variant(variant);
        let width = match base {
            Some(base) if variant > 0 => own.and_then(|own| {
                let (a, b) = base.common_rounds(own);
                kymo_stats::paired(&a, &b).and_then(|comparison| comparison.half_width())
            }),
            // The first variant is shown through its ratios, unless it is alone: as planned, or because the others failed.
            Some(_) if others => None,
            _ => own.and_then(|own| kymo_stats::estimate(&own.values()).and_then(|e| e.ci95).map(|i| i.half_width())),
        };
        widths.extend(width);
    }
    widths
}
