//! The tables of one run: benchmark × variant, for each phase and metric.

use crate::analysis::costs::Costs;
use crate::analysis::judged::{Judged, Settings, judge};
use kymo_model::{BenchmarkName, Invocation, Lack, Metric, Outcome, Phase, Run};
use kymo_stats::{Estimate, Summary};

/// A table: one phase, one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// Names of the variants; the first is what the others are compared with.
    pub variants: Vec<String>,
    /// A row for each benchmark.
    pub rows: Vec<Row>,
    /// For each variant, the geometric mean of its ratios to the first, over the benchmarks that both have.
    pub means: Vec<Option<Summary>>,
}

/// A benchmark's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The benchmark.
    pub benchmark: BenchmarkName,
    /// A cell for each variant.
    pub cells: Vec<Cell>,
    /// Whether a warm-up cut was assessed from the series.
    pub assessed: bool,
}

/// What a table has for a benchmark and a variant.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// It was measured.
    Measured {
        /// The estimate; `None` where a cost is zero, which has no logarithm.
        estimate: Option<Estimate>,
        /// Arithmetic mean of the costs in the metric's unit, for metrics that reach zero.
        mean: f64,
        /// Number of invocations.
        n: usize,
        /// The comparison with the first variant; `None` for the first variant itself, or where it has nothing.
        judged: Option<Box<Judged>>,
    },
    /// It could not be measured, and why.
    Outcome(Outcome),
    /// It was measured, but gave no sample of this metric in this phase.
    Absent,
    /// Nothing was invoked yet.
    Pending,
}

impl Cell {
    /// The comparison in the cell.
    pub fn judged(&self) -> Option<&Judged> {
        match self {
            Self::Measured { judged, .. } => judged.as_deref(),
            _ => None,
        }
    }

    pub(super) fn judged_mut(&mut self) -> Option<&mut Judged> {
        match self {
            Self::Measured { judged, .. } => judged.as_deref_mut(),
            _ => None,
        }
    }
}

/// All tables of a run, phases in the order of a benchmark's life, those of metrics that nobody gave left out.
pub fn tables(run: &Run, settings: &Settings) -> Vec<Table> {
    let index = by_benchmark(run);
    let mut tables: Vec<Table> = Vec::new();
    for phase in phases_present(run) {
        for metric in run.plan.metrics.iter().copied() {
            let table = table(run, &index, settings, phase, metric);
            let any = table.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Measured { .. }));
            // The main metric's table also stands where nothing could be measured: it shows why.
            if any || Some(&metric) == run.plan.metrics.first() && !tables.iter().any(|other| other.phase == phase) {
                tables.push(table);
            }
        }
    }
    give_verdicts(&mut tables, settings.alpha);
    for table in &mut tables {
        table.means = (0..table.variants.len()).map(|variant| mean(table, variant)).collect();
    }
    tables
}

pub(super) fn phases_present(run: &Run) -> Vec<Phase> {
    let mut phases = run.plan.phases.clone();
    phases.sort_unstable();
    phases.dedup();
    phases
}

/// The invocations of each benchmark: a report over thousands of them must not walk them all for each row.
pub(super) fn by_benchmark(run: &Run) -> Vec<Vec<&Invocation>> {
    let mut index = vec![Vec::new(); run.plan.benchmarks.len()];
    for invocation in &run.invocations {
        if let Some(own) = index.get_mut(invocation.benchmark as usize) {
            own.push(invocation);
        }
    }
    index
}

fn table(run: &Run, index: &[Vec<&Invocation>], settings: &Settings, phase: Phase, metric: Metric) -> Table {
    let variants: Vec<String> = run.plan.variants.iter().map(|variant| variant.name.clone()).collect();
    let paired = !run.lacks(Lack::Rounds);
    let rows = run.plan.benchmarks.iter().enumerate().map(|(number, benchmark)| {
        let invocations = index[number].iter().copied();
        let costs = Costs::of_invocations(variants.len(), invocations.clone(), number, phase, metric);
        let margin = settings.margin(&benchmark.name, phase, metric);
        let cells = (0..variants.len()).map(|variant| {
            let own = invocations.clone().filter(move |invocation| invocation.variant as usize == variant);
            if let Some(failed) = own.clone().find(|one| !one.outcome.is_measured() && one.counting.is_none()) {
                return Cell::Outcome(failed.outcome.clone());
            }
            let Some(own_costs) = costs.variant(variant) else {
                let any = own.clone().any(|invocation| invocation.round > 0);
                return if any { Cell::Absent } else { Cell::Pending };
            };
            let values = own_costs.values();
            let base = costs.variant(0).filter(|_| variant > 0);
            let mut judged = base.and_then(|base| Judged::new((phase, metric), base, own_costs, paired, margin));
            if let Some(judged) = judged.as_mut().filter(|_| is_a_a(run, variant)) {
                // One build against itself: of course the code is the same.
                judged.same_code = false;
            }
            let judged = judged.map(Box::new);
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            Cell::Measured { estimate: kymo_stats::estimate(&values), mean, n: values.len(), judged }
        });
        Row { benchmark: benchmark.name.clone(), cells: cells.collect(), assessed: costs.assessed }
    });
    Table { phase, metric, rows: rows.collect(), means: Vec::new(), variants }
}

/// Whether a variant is the first one over again.
fn is_a_a(run: &Run, variant: usize) -> bool {
    let same_variant = match (run.plan.variants.first(), run.plan.variants.get(variant)) {
        (Some(a), Some(b)) => (&a.engine, &a.strategy, &a.settings) == (&b.engine, &b.strategy, &b.settings),
        _ => false,
    };
    same_variant && run.engines.first() == run.engines.get(variant)
}

/// q over two families: the wall times of the report, and everything else in it.
pub(super) fn give_verdicts(tables: &mut [Table], alpha: f64) {
    for of_wall_time in [true, false] {
        let mut family: Vec<&mut Judged> = tables
            .iter_mut()
            .filter(|table| (table.metric == Metric::WallTime) == of_wall_time)
            .flat_map(|table| table.rows.iter_mut().flat_map(|row| row.cells.iter_mut().filter_map(Cell::judged_mut)))
            .collect();
        judge(&mut family, alpha);
    }
}

fn mean(table: &Table, variant: usize) -> Option<Summary> {
    let judged: Vec<&Judged> = table.rows.iter().filter_map(|row| row.cells.get(variant)?.judged()).collect();
    summary_of(&judged)
}

/// The geometric mean of ratios; `None` for fewer than two benchmarks, of which it would say nothing new.
pub fn summary_of(judged: &[&Judged]) -> Option<Summary> {
    let mut comparisons = Vec::new();
    let mut rounds: Vec<&[f64]> = Vec::new();
    for one in judged {
        if let crate::analysis::Difference::Ratio(comparison) = &one.difference {
            comparisons.push(comparison.clone());
            rounds.push(&one.rounds);
        }
    }
    if comparisons.len() < 2 {
        return None;
    }
    kymo_stats::summary(&comparisons, &rounds)
}
