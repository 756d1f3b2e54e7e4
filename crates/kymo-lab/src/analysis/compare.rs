//! Two sides compared: two runs, or two variants of one run.

use crate::analysis::costs::{Costs, VariantCosts};
use crate::analysis::judged::{Judged, Settings, judge};
use crate::analysis::table::{Cell, Row, Table, summary_of};
use kymo_model::{Metric, Outcome, Phase, Run};

/// One side of a comparison: a variant of a run.
#[derive(Clone, Copy, Debug)]
pub struct Comparable<'a> {
    /// The run.
    pub run: &'a Run,
    /// Index of the variant in its plan.
    pub variant: usize,
    /// What the table calls it.
    pub name: &'a str,
}

/// Why two sides cannot be compared.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CompareError {
    /// No benchmark is in both.
    #[error("the two sides have no benchmark in common: {a} has {in_a}; {b} has {in_b}")]
    NothingInCommon {
        /// The first side.
        a: String,
        /// Its benchmarks.
        in_a: String,
        /// The second side.
        b: String,
        /// Its benchmarks.
        in_b: String,
    },
}

/// A comparison with what must be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// A table for each phase and metric that both sides have; the first column is the first side.
    pub tables: Vec<Table>,
    /// Whether the sides were measured in common rounds.
    pub paired: bool,
    /// What must be said: machine drift is not excluded, modules differ …
    pub remarks: Vec<String>,
}

/// Compares `b` with `a`: by rounds when they are variants of one run, else on processes, with a remark.
///
/// # Errors
/// [`CompareError::NothingInCommon`].
pub fn compare(a: Comparable, b: Comparable, settings: &Settings) -> Result<Compared, CompareError> {
    let paired = a.run.id == b.run.id;
    let mut remarks = Vec::new();
    let common = common_benchmarks(a.run, b.run, &mut remarks);
    if common.is_empty() {
        let list = |run: &Run| {
            run.plan.benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let (in_a, in_b) = (list(a.run), list(b.run));
        return Err(CompareError::NothingInCommon { a: a.name.to_owned(), in_a, b: b.name.to_owned(), in_b });
    }
    if !paired {
        remarks.push(
            "these runs never ran together: unpaired on processes, and a drift of the machine between them is not excluded"
                .to_owned(),
        );
        if a.run.machine.fingerprint != b.run.machine.fingerprint {
            remarks.push(
                "the runs were made on different machines: the difference is theirs as much as the variants'"
                    .to_owned(),
            );
        }
    }
    let mut tables = Vec::new();
    for phase in Phase::ALL {
        for metric in Metric::ALL {
            let table = table(a, b, &common, paired, settings, phase, metric);
            let any = table.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Measured { .. }));
            if any {
                tables.push(table);
            }
        }
    }
    for of_wall_time in [true, false] {
        let mut family: Vec<&mut Judged> = tables
            .iter_mut()
            .filter(|table| (table.metric == Metric::WallTime) == of_wall_time)
            .flat_map(|table| table.rows.iter_mut())
            .flat_map(|row| row.cells.iter_mut())
            .filter_map(Cell::judged_mut)
            .collect();
        judge(&mut family, settings.alpha);
    }
    for table in &mut tables {
        let judged: Vec<&Judged> = table.rows.iter().filter_map(|row| row.cells.get(1)?.judged()).collect();
        table.means = vec![None, summary_of(&judged)];
    }
    Ok(Compared { tables, paired, remarks })
}

/// Indices of the benchmarks that both runs have. A benchmark whose module changed is left out, with a remark: its
/// series is another one.
fn common_benchmarks(a: &Run, b: &Run, remarks: &mut Vec<String>) -> Vec<(usize, usize)> {
    let mut common = Vec::new();
    for (index, benchmark) in a.plan.benchmarks.iter().enumerate() {
        let Some(other) = b.plan.benchmarks.iter().position(|other| other.name == benchmark.name) else {
            remarks.push(format!("{} is in the first side only", benchmark.name));
            continue;
        };
        if b.plan.benchmarks[other].sha256 == benchmark.sha256 {
            common.push((index, other));
        } else {
            remarks.push(format!("{} is left out: its module is not the same on both sides", benchmark.name));
        }
    }
    for benchmark in &b.plan.benchmarks {
        if !a.plan.benchmarks.iter().any(|other| other.name == benchmark.name) {
            remarks.push(format!("{} is in the second side only", benchmark.name));
        }
    }
    common
}

fn table(
    a: Comparable,
    b: Comparable,
    common: &[(usize, usize)],
    paired: bool,
    settings: &Settings,
    phase: Phase,
    metric: Metric,
) -> Table {
    let rows = common.iter().map(|&(in_a, in_b)| {
        let benchmark = &a.run.plan.benchmarks[in_a];
        let (costs_a, costs_b) = (Costs::of(a.run, in_a, phase, metric), Costs::of(b.run, in_b, phase, metric));
        let (own_a, own_b) = (costs_a.variant(a.variant), costs_b.variant(b.variant));
        let margin = settings.margin(&benchmark.name, phase, metric);
        let judged = match (own_a, own_b) {
            (Some(own_a), Some(own_b)) => Judged::new(metric, own_a, own_b, paired, margin).map(Box::new),
            _ => None,
        };
        let cells = vec![cell(a, in_a, own_a, None), cell(b, in_b, own_b, judged)];
        Row { benchmark: benchmark.name.clone(), cells, assessed: costs_a.assessed || costs_b.assessed }
    });
    let variants = vec![a.name.to_owned(), b.name.to_owned()];
    Table { phase, metric, rows: rows.collect(), means: Vec::new(), variants }
}

fn cell(side: Comparable, benchmark: usize, costs: Option<&VariantCosts>, judged: Option<Box<Judged>>) -> Cell {
    let failed: Option<&Outcome> = side
        .run
        .invocations
        .iter()
        .filter(|i| i.benchmark as usize == benchmark && i.variant as usize == side.variant)
        .map(|invocation| &invocation.outcome)
        .find(|outcome| !outcome.is_measured());
    if let Some(outcome) = failed {
        return Cell::Outcome(outcome.clone());
    }
    let Some(costs) = costs else { return Cell::Absent };
    let values = costs.values();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Cell::Measured { estimate: kymo_stats::estimate(&values), mean, n: values.len(), judged }
}
