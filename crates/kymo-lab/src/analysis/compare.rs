//! Two sides compared: two runs, or two variants of one run.

use crate::analysis::costs::{Costs, Side, VariantCosts};
use crate::analysis::imported::imported_remark;
use crate::analysis::judged::{Judged, Settings, judge};
use crate::analysis::table::{Cell, Row, Table, by_benchmark, summary_of};
use kymo_model::{BenchmarkName, Invocation, Lack, Metric, Phase, Run};
use std::collections::BTreeSet;

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
    /// The benchmarks in both have other modules.
    #[error("the benchmarks that {a} and {b} have in common are all of other modules: {names}")]
    OtherModules {
        /// The first side.
        a: String,
        /// The second side.
        b: String,
        /// The benchmarks in common.
        names: String,
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
/// [`CompareError`], where there is nothing to compare.
pub fn compare(a: Comparable, b: Comparable, settings: &Settings) -> Result<Compared, CompareError> {
    let mut compared = differences(a, b, settings)?;
    finish(std::slice::from_mut(&mut compared), settings);
    Ok(compared)
}

/// Compares several pairs for one report: the verdicts allow for all comparisons in it.
///
/// # Errors
/// That of the first pair where there is nothing to compare.
pub fn compare_all(pairs: &[(Comparable, Comparable)], settings: &Settings) -> Result<Vec<Compared>, CompareError> {
    let compared: Result<Vec<Compared>, _> = pairs.iter().map(|(a, b)| differences(*a, *b, settings)).collect();
    let mut compared = compared?;
    finish(&mut compared, settings);
    Ok(compared)
}

/// Verdicts over two families, the wall times of the report and everything else in it, and the means.
pub(super) fn finish(compared: &mut [Compared], settings: &Settings) {
    for of_wall_time in [true, false] {
        let mut family: Vec<&mut Judged> = compared
            .iter_mut()
            .flat_map(|one| one.tables.iter_mut())
            .filter(|table| (table.metric == Metric::WallTime) == of_wall_time)
            .flat_map(|table| table.rows.iter_mut())
            .flat_map(|row| row.cells.iter_mut())
            .filter_map(Cell::judged_mut)
            .collect();
        judge(&mut family, settings.alpha);
    }
    for table in compared.iter_mut().flat_map(|one| one.tables.iter_mut()) {
        let judged: Vec<&Judged> = table.rows.iter().filter_map(|row| row.cells.get(1)?.judged()).collect();
        table.means = vec![None, summary_of(&judged)];
    }
}

fn differences(a: Comparable, b: Comparable, settings: &Settings) -> Result<Compared, CompareError> {
    let same_run = a.run.id == b.run.id;
    let paired = same_run && !a.run.lacks(Lack::Rounds);
    let mut remarks = Vec::new();
    let common = common_benchmarks(a.run, b.run, &mut remarks);
    if common.is_empty() {
        let names = names_in_both(a.run, b.run);
        if !names.is_empty() {
            let (a, b) = (a.name.to_owned(), b.name.to_owned());
            return Err(CompareError::OtherModules { a, b, names: names.join(", ") });
        }
        let list = |run: &Run| {
            run.plan.benchmarks.iter().map(|benchmark| benchmark.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let (in_a, in_b) = (list(a.run), list(b.run));
        return Err(CompareError::NothingInCommon { a: a.name.to_owned(), in_a, b: b.name.to_owned(), in_b });
    }
    if same_run {
        remarks.extend(imported_remark(a.run, None));
    } else {
        remarks.push(
            "these runs never ran together: unpaired on processes, and a drift of the machine between them is not excluded"
                .to_owned(),
        );
        remarks.extend(imported_remark(a.run, Some(a.run.id.as_str())));
        remarks.extend(imported_remark(b.run, Some(b.run.id.as_str())));
        let known = !a.run.lacks(Lack::Machine) && !b.run.lacks(Lack::Machine);
        if known && a.run.machine.fingerprint != b.run.machine.fingerprint {
            remarks.push(
                "the runs were made on different machines: the difference is theirs as much as the variants'"
                    .to_owned(),
            );
        }
    }
    Ok(Compared { tables: Sides::new(a, b, paired).tables(&common, settings), paired, remarks })
}

fn names_in_both<'a>(a: &'a Run, b: &Run) -> Vec<&'a str> {
    let in_b: BTreeSet<&BenchmarkName> = b.plan.benchmarks.iter().map(|benchmark| &benchmark.name).collect();
    let names = a.plan.benchmarks.iter().map(|benchmark| &benchmark.name);
    names.filter(|name| in_b.contains(name)).map(BenchmarkName::as_str).collect()
}

/// Indices of the benchmarks that both runs have. A benchmark whose module changed is left out, with a remark: its
/// series is another one. Where a run does not know its modules, the name must do; its own remark says so.
fn common_benchmarks(a: &Run, b: &Run, remarks: &mut Vec<String>) -> Vec<(usize, usize)> {
    let known = !a.lacks(Lack::Modules) && !b.lacks(Lack::Modules);
    let mut common = Vec::new();
    for (index, benchmark) in a.plan.benchmarks.iter().enumerate() {
        let Some(other) = b.plan.benchmarks.iter().position(|other| other.name == benchmark.name) else {
            remarks.push(format!("{} is in the first side only", benchmark.name));
            continue;
        };
        if !known || b.plan.benchmarks[other].sha256 == benchmark.sha256 {
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

/// Both runs with the invocations of each of their benchmarks.
pub(super) struct Sides<'a> {
    a: Comparable<'a>,
    b: Comparable<'a>,
    of_a: Vec<Vec<&'a Invocation>>,
    of_b: Vec<Vec<&'a Invocation>>,
    paired: bool,
}

impl<'a> Sides<'a> {
    pub(super) fn new(a: Comparable<'a>, b: Comparable<'a>, paired: bool) -> Self {
        Self { a, b, of_a: by_benchmark(a.run), of_b: by_benchmark(b.run), paired }
    }

    /// A table for each phase and metric that both sides have; `common` are the indices of what is compared.
    pub(super) fn tables(&self, common: &[(usize, usize)], settings: &Settings) -> Vec<Table> {
        let mut tables = Vec::new();
        for phase in Phase::ALL {
            for metric in Metric::ALL {
                let table = self.table(common, settings, phase, metric);
                if table.rows.iter().any(is_in_both) {
                    tables.push(table);
                }
            }
        }
        tables
    }

    pub(super) fn table(&self, common: &[(usize, usize)], settings: &Settings, phase: Phase, metric: Metric) -> Table {
        let (a, b) = (self.a, self.b);
        let rows = common.iter().map(|&(in_a, in_b)| {
            let benchmark = &a.run.plan.benchmarks[in_a];
            let side =
                |run: &Run, benchmark, invocations| Side { variants: run.plan.variants.len(), benchmark, invocations };
            let (of_a, of_b) = (&self.of_a[in_a], &self.of_b[in_b]);
            let sides = [side(a.run, in_a, of_a.as_slice()), side(b.run, in_b, of_b.as_slice())];
            let [costs_a, costs_b] = Costs::of_two(sides, phase, metric);
            let (own_a, own_b) = (costs_a.variant(a.variant), costs_b.variant(b.variant));
            let margin = settings.margin(&benchmark.name, phase, metric);
            let judged = match (own_a, own_b) {
                (Some(own_a), Some(own_b)) => {
                    Judged::new((phase, metric), own_a, own_b, self.paired, margin).map(Box::new)
                }
                _ => None,
            };
            let cells = vec![cell(of_a, a.variant, own_a, None), cell(of_b, b.variant, own_b, judged)];
            Row { benchmark: benchmark.name.clone(), cells, assessed: costs_a.assessed }
        });
        let variants = vec![a.name.to_owned(), b.name.to_owned()];
        Table { phase, metric, rows: rows.collect(), means: Vec::new(), variants }
    }
}

/// Whether both sides have something in a row, one of them a measurement.
fn is_in_both(row: &Row) -> bool {
    let measured = row.cells.iter().any(|cell| matches!(cell, Cell::Measured { .. }));
    measured && row.cells.iter().all(|cell| matches!(cell, Cell::Measured { .. } | Cell::Outcome(_)))
}

pub(super) fn cell(
    invocations: &[&Invocation],
    variant: usize,
    costs: Option<&VariantCosts>,
    judged: Option<Box<Judged>>,
) -> Cell {
    let own = invocations.iter().filter(|one| one.variant as usize == variant && one.counting.is_none());
    let mut outcomes = own.map(|one| &one.outcome);
    if let Some(outcome) = outcomes.find(|outcome| !outcome.is_measured()) {
        return Cell::Outcome(outcome.clone());
    }
    let Some(costs) = costs else { return Cell::Absent };
    let values = costs.values();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Cell::Measured { estimate: kymo_stats::estimate(&values), mean, n: values.len(), judged }
}
