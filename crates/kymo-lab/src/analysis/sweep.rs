//! A sweep: the tables of its run, turned so that the values of the parameter are the rows and the lines the columns.
//!
//! A line is a variant of a benchmark (and flavour) over the values of the parameter. Lines are compared with a base,
//! value by value: by rounds where both are variants of one benchmark, on processes where they are other programs.

mod axis;
mod lines;
mod order;
mod per;

pub use axis::Axis;
pub use order::{Change, Order, Standing};

use super::compare::cell;
use super::costs::{Costs, Side};
use super::flavours::REMARK;
use super::judged::{Judged, Settings};
use super::table::{Cell, Row, Table, by_benchmark, give_verdicts, phases_present};
use kymo_model::{BenchmarkName, Invocation, Lack, Metric, Phase, Run, Sweep};
use lines::LineKey;

/// Why a sweep cannot be shown as asked.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SweepError {
    /// The run is none.
    #[error("the run {0} is no sweep: it has no parameter whose values are the points of a line")]
    NoSweep(String),
    /// There is no such base.
    #[error("there is no flavour, variant or line '{wanted}' to compare with; there are: {found}")]
    NoBase {
        /// What was asked for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// A cost cannot be divided by this.
    #[error("costs cannot be shown per {per}: {problem}")]
    Per {
        /// What was asked for.
        per: String,
        /// Why not.
        problem: String,
    },
}

/// How a sweep is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The flavour, variant or line that the others are compared with; by default the first of its kind.
    pub base: Option<String>,
    /// What the costs are shown for one of: a parameter's name, or a number.
    pub per: Option<String>,
}

impl View {
    /// This view, and what it leaves open as the run was asked for.
    pub fn or_as_asked(mut self, sweep: &Sweep) -> Self {
        self.base = self.base.or_else(|| sweep.base.clone());
        self.per = self.per.or_else(|| sweep.per.clone());
        self
    }
}

/// A value of the parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The value as it was typed.
    pub text: String,
    /// Where it lies on the axis; `None` on an axis of categories.
    pub place: Option<f64>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name: what distinguishes it from the other lines.
    pub name: String,
    /// Index of the line that it is compared with.
    pub base: Option<usize>,
}

/// The lines of one phase and metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// A row for each point, named `parameter=value`; a cell for each line, compared with the line's base.
    pub table: Table,
    /// How each line stands to its base along the points; `None` where it has none.
    pub orders: Vec<Option<Order>>,
}

/// A sweep, analysed.
#[derive(Clone, Debug, PartialEq)]
pub struct Swept {
    /// The parameter.
    pub parameter: String,
    /// What the costs are for one of, in words; `None` for the whole benchmark.
    pub per: Option<String>,
    /// How the values lie on their axis.
    pub axis: Axis,
    /// The points, in the order of the axis.
    pub points: Vec<Point>,
    /// The lines.
    pub lines: Vec<Line>,
    /// A chart for each phase and metric.
    pub charts: Vec<Chart>,
    /// What must be said of the comparisons.
    pub remarks: Vec<&'static str>,
}

/// Makes lines of a run that is a sweep.
///
/// # Errors
/// [`SweepError`]: it is none, or the view does not fit it. Whether it fits depends on the plan alone, so a run in which
/// nothing was measured yet tells.
pub fn sweep(run: &Run, view: &View, settings: &Settings) -> Result<Swept, SweepError> {
    let Some(sweep) = &run.plan.sweep else { return Err(SweepError::NoSweep(run.id.to_string())) };
    let view = view.clone().or_as_asked(sweep);
    let (axis, points) = axis::points(&sweep.values);
    let keys = lines::keys(run, sweep, &points);
    let names = lines::names(run, &keys);
    let bases = lines::bases(run, &keys, &names, view.base.as_deref())?;
    let divisors = per::divisors(run, view.per.as_deref())?;
    let other_program = |own: &LineKey, base: Option<usize>| base.is_some_and(|base| keys[base].parts != own.parts);
    let unpaired = keys.iter().zip(&bases).any(|(own, base)| other_program(own, *base));
    let mut swept = Swept {
        parameter: sweep.parameter.clone(),
        per: view.per.as_deref().map(per::words),
        axis,
        points,
        lines: names.into_iter().zip(bases).map(|(name, base)| Line { name, base }).collect(),
        charts: Vec::new(),
        remarks: if unpaired { vec![REMARK] } else { Vec::new() },
    };
    let tables = Turned { run, keys: &keys, swept: &swept, settings, divisors, index: by_benchmark(run) }.tables();
    let ordered = tables.into_iter().map(|table| {
        let orders = (0..swept.lines.len()).map(|line| order_of(&table, &swept.lines, line)).collect();
        Chart { table, orders }
    });
    swept.charts = ordered.collect();
    Ok(swept)
}

fn order_of(table: &Table, lines: &[Line], line: usize) -> Option<Order> {
    lines[line].base?;
    Some(Order::of(table.rows.iter().map(|row| row.cells.get(line).and_then(Cell::judged))))
}

/// What the tables are made from.
struct Turned<'a> {
    run: &'a Run,
    keys: &'a [LineKey],
    swept: &'a Swept,
    settings: &'a Settings,
    /// For each benchmark, what its costs are divided by.
    divisors: Vec<f64>,
    index: Vec<Vec<&'a Invocation>>,
}

impl Turned<'_> {
    fn tables(&self) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for phase in phases_present(self.run) {
            for metric in self.run.plan.metrics.iter().copied() {
                let table = self.table(phase, metric);
                let mut cells = table.rows.iter().flat_map(|row| &row.cells);
                let first = Some(&metric) == self.run.plan.metrics.first();
                // The main metric's also stands where nothing could be measured: it shows why.
                if cells.any(|cell| matches!(cell, Cell::Measured { .. })) || first {
                    tables.push(table);
                }
            }
        }
        give_verdicts(&mut tables, self.settings.alpha);
        tables
    }

    fn table(&self, phase: Phase, metric: Metric) -> Table {
        let rows = self.swept.points.iter().enumerate().map(|(point, value)| {
            let cells = (0..self.keys.len()).map(|line| self.cell(line, point, phase, metric));
            let cells: Vec<(Cell, bool)> = cells.collect();
            let assessed = cells.iter().any(|(_, assessed)| *assessed);
            let benchmark = BenchmarkName::new(format!("{}={}", self.swept.parameter, value.text));
            Row { benchmark, cells: cells.into_iter().map(|(cell, _)| cell).collect(), assessed }
        });
        let variants = self.swept.lines.iter().map(|line| line.name.clone()).collect();
        Table { phase, metric, rows: rows.collect(), means: Vec::new(), variants }
    }

    /// A line at a point, and whether its warm-up was assessed.
    fn cell(&self, line: usize, point: usize, phase: Phase, metric: Metric) -> (Cell, bool) {
        let (key, base) = (&self.keys[line], self.swept.lines[line].base.map(|base| &self.keys[base]));
        let Some(own) = key.benchmarks[point] else { return (Cell::Absent, false) };
        let counts = |one: &&&Invocation| one.round > 0 || !one.outcome.is_measured();
        if !self.index[own].iter().filter(counts).any(|one| one.variant as usize == key.variant) {
            return (Cell::Pending, false);
        }
        let other = base.and_then(|base| base.benchmarks[point]).filter(|other| *other != own);
        let (costs, of_base) = match other {
            // Other programs: both are cut at the same iteration.
            Some(other) => {
                let [of_base, costs] = Costs::of_two([self.side(other), self.side(own)], phase, metric);
                (costs, Some(of_base))
            }
            None => (self.costs(own, phase, metric), None),
        };
        let base_costs = base.and_then(|base| match &of_base {
            Some(of_base) => of_base.variant(base.variant),
            None => costs.variant(base.variant).filter(|_| base.benchmarks[point] == Some(own)),
        });
        let own_costs = costs.variant(key.variant);
        let margin = self.settings.margin(&self.run.plan.benchmarks[own].name, phase, metric);
        // Rounds are those of one benchmark: other programs were never one block with it.
        let paired = other.is_none() && !self.run.lacks(Lack::Rounds);
        let judged = match (base_costs, own_costs) {
            (Some(base), Some(own)) => Judged::new((phase, metric), base, own, paired, margin).map(Box::new),
            _ => None,
        };
        let cell = cell(&self.index[own], key.variant, own_costs, judged);
        (per::divided(cell, self.divisors[own]), costs.assessed)
    }

    fn side(&self, benchmark: usize) -> Side<'_> {
        Side { variants: self.run.plan.variants.len(), benchmark, invocations: &self.index[benchmark] }
    }

    fn costs(&self, benchmark: usize, phase: Phase, metric: Metric) -> Costs {
        let invocations = self.index[benchmark].iter().copied();
        Costs::of_invocations(self.run.plan.variants.len(), invocations, benchmark, phase, metric)
    }
}
