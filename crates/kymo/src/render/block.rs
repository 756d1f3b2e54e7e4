//! A table's words and figures, before it is known whether a terminal or a web page will show them.

use super::grid::{Align, Column, Text, Tone};
use super::shown::figure;
use super::units::{self, Scale};
use super::words;
use kymo_lab::analysis::{Cell, Difference, Judged, Row, Table};
use kymo_model::{Unit, metric::Nature};
use kymo_stats::summary::SummaryMethod;
use kymo_stats::{Interval, Method, Summary};

/// What stands where there is no figure.
const NOTHING: &str = "—";

/// A table in words.
pub struct Block {
    /// What was measured: `execute · wall_time`.
    pub name: String,
    /// How to read the figures.
    pub method: String,
    /// The columns; none where nothing was measured yet.
    pub columns: Vec<Column>,
    /// The rows of each benchmark.
    pub groups: Vec<Vec<Vec<Text>>>,
    /// The rows of the summary.
    pub summary: Vec<Vec<Text>>,
}

/// How a table tells its differences.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Geometric means, ratios, verdicts.
    Ratios,
    /// Arithmetic means, differences in units.
    Units,
    /// Values, ratios, no intervals.
    Exact,
}

/// What a table's rows have in common.
struct Frame<'a> {
    table: &'a Table,
    form: Form,
    /// The number of invocations, if it is the same everywhere.
    n: Option<usize>,
    unit: Unit,
}

impl Block {
    /// The words of a table.
    pub fn of(table: &Table) -> Self {
        let name = format!("{} · {}", table.phase, table.metric);
        let mut cells = table.rows.iter().flat_map(|row| &row.cells);
        if cells.clone().all(|cell| matches!(cell, Cell::Pending | Cell::Absent)) {
            let pending = cells.any(|cell| *cell == Cell::Pending);
            let what = if pending { "nothing measured yet" } else { "no sample of it was given" };
            let method = format!("{what} ({})", units::counted(table.rows.len(), "benchmark"));
            return Self { name, method, columns: Vec::new(), groups: Vec::new(), summary: Vec::new() };
        }
        let frame = Frame { table, form: form(table), n: common_n(table), unit: table.metric.unit() };
        let groups = table.rows.iter().map(|row| frame.group(row)).collect();
        Self { name, method: frame.method(), columns: frame.columns(), groups, summary: frame.summary() }
    }
}

/// Whether a table tells exact figures, without intervals.
pub(super) fn is_exact(table: &Table) -> bool {
    form(table) == Form::Exact
}

/// A metric that was declared exact and varied is shown with the spread that it has.
fn form(table: &Table) -> Form {
    let varies = |cell: &Cell| {
        let compared = cell.judged().map(|judged| &judged.difference);
        figure(cell).is_some_and(|figure| figure.varies)
            || matches!(compared, Some(Difference::Ratio(comparison)) if comparison.method != Method::Exact)
    };
    match table.metric.nature() {
        Nature::ReachesZero => Form::Units,
        Nature::Exact if !table.rows.iter().flat_map(|row| &row.cells).any(varies) => Form::Exact,
        _ => Form::Ratios,
    }
}

fn common_n(table: &Table) -> Option<usize> {
    let mut counts = table.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match cell {
        Cell::Measured { n, .. } => Some(*n),
        _ => None,
    });
    let Some(first) = counts.next() else { return Some(0) };
    counts.all(|n| n == first).then_some(first)
}

impl Frame<'_> {
    fn compares(&self) -> bool {
        self.table.variants.len() > 1
    }

    fn method(&self) -> String {
        let processes = match self.n {
            None => "n processes".to_owned(),
            Some(0) => "processes".to_owned(),
            Some(n) => units::counted(n, "process"),
        };
        let first = self.table.variants.first().map_or("", String::as_str);
        let text = match (self.form, self.compares()) {
            (Form::Ratios, true) => {
                format!("geometric mean of {processes}, 95 % interval; ratio to {first}")
            }
            (Form::Ratios, false) => format!("{first}: geometric mean of {processes}, 95 % interval"),
            (Form::Units, true) => format!("mean of {processes}; difference from {first}, 95 % interval"),
            (Form::Units, false) => format!("{first}: mean of {processes}"),
            (Form::Exact, true) => format!("exact, the same in {processes}; ratio to {first}"),
            (Form::Exact, false) => format!("{first}: exact, the same in {processes}"),
        };
        super::harmless::line(&text).into_owned()
    }

    fn columns(&self) -> Vec<Column> {
        let column = |heading, align, gap| Column { heading, align, gap };
        let mut columns = vec![column("benchmark", Align::Left, 0)];
        if self.compares() {
            columns.push(column("variant", Align::Left, 2));
        }
        if self.n.is_none() {
            // Near the name, so that the usual table of a suite stays within 110 columns.
            columns.push(column("n", Align::Right, 1));
        }
        let value = if self.form == Form::Exact { "value" } else { "mean" };
        columns.push(column(value, Align::Right, 2));
        if self.form == Form::Ratios {
            columns.push(column("±", Align::Right, 1));
        }
        if !self.compares() {
            return columns;
        }
        match self.form {
            Form::Ratios => columns.extend([
                column("ratio", Align::Right, 2),
                column("interval", Align::Left, 2),
                column("verdict", Align::Left, 2),
            ]),
            Form::Units => {
                columns.extend([column("difference", Align::Right, 2), column("interval", Align::Left, 2)]);
            }
            Form::Exact => {
                columns.extend([column("ratio", Align::Right, 2), column("difference", Align::Left, 2)]);
            }
        }
        columns
    }

    /// The rows of one benchmark, which is named on the first.
    fn group(&self, row: &Row) -> Vec<Vec<Text>> {
        let values: Vec<f64> = row.cells.iter().filter_map(|cell| Some(figure(cell)?.value)).collect();
        let scale = Scale::common(&values, self.unit);
        let lines = row.cells.iter().enumerate().map(|(variant, cell)| {
            let name = if variant == 0 { row.benchmark.as_str() } else { "" };
            let mut line = vec![Text::name(name)];
            if self.compares() {
                line.push(Text::name(self.table.variants.get(variant).map_or("", String::as_str)));
            }
            line.extend(self.figures(variant, cell, scale));
            line
        });
        lines.collect()
    }

    fn figures(&self, variant: usize, cell: &Cell, scale: Option<Scale>) -> Vec<Text> {
        let mut line = Vec::new();
        let n = if let Cell::Measured { n, .. } = cell { n.to_string() } else { String::new() };
        if self.n.is_none() {
            line.push(Text::plain(&n));
        }
        let instead = |text: &str, tone| Text::new(text, tone).over(usize::MAX);
        match cell {
            Cell::Measured { judged, .. } => {
                line.extend(self.estimate(cell, scale));
                if variant > 0 {
                    line.extend(self.difference(judged.as_deref()));
                }
            }
            Cell::Outcome(outcome) => line.push(instead(&outcome.label(), words::tone_of(outcome))),
            Cell::Absent => line.push(instead("absent", Tone::Dim)),
            Cell::Pending => line.push(instead("not measured yet", Tone::Dim)),
        }
        line
    }

    fn estimate(&self, cell: &Cell, scale: Option<Scale>) -> Vec<Text> {
        let Some(figure) = figure(cell) else { return Vec::new() };
        let text = match (self.form, scale) {
            (Form::Exact, _) => units::exact(figure.value, self.unit),
            (_, Some(scale)) => scale.show(figure.value),
            (_, None) => units::quantity(figure.value, self.unit),
        };
        let mut line = vec![Text::plain(&text)];
        if self.form == Form::Ratios {
            // Half the interval on the log scale, as a share: the same upwards and downwards.
            let half = figure.ci95.map(|interval| (interval.hi / interval.lo).sqrt() - 1.0);
            line.push(half.map_or_else(nothing, |half| Text::plain(&units::plus_minus(half))));
        }
        line
    }

    fn difference(&self, judged: Option<&Judged>) -> Vec<Text> {
        let Some(judged) = judged else { return vec![nothing()] };
        match &judged.difference {
            Difference::Ratio(comparison) => {
                let mut line = vec![Text::plain(&units::ratio(comparison.ratio()))];
                if self.form == Form::Ratios {
                    line.push(interval_text(comparison.ratio(), comparison.ratio_ci95()));
                }
                let (words, tone) = words::verdict(judged, self.unit);
                line.push(Text::new(&words, tone));
                line
            }
            Difference::Units(difference) => {
                let ends = difference.ci95.map_or([0.0; 2], |interval| [interval.lo, interval.hi]);
                let largest = ends.iter().fold(difference.diff.abs(), |largest, end| largest.max(end.abs()));
                let scale = Scale::of(largest, self.unit);
                let decimals = units::decimals_for(largest / scale.factor);
                let show = |value| scale.show_signed(value, decimals);
                let interval =
                    difference.ci95.map(|interval| format!("{} to {}", show(interval.lo), show(interval.hi)));
                let interval = interval.map_or_else(nothing, |text| Text::plain(&text));
                vec![Text::plain(&show(difference.diff)), interval]
            }
        }
    }

    /// For each variant with a mean ratio: the mean, and how often each verdict was given.
    fn summary(&self) -> Vec<Vec<Text>> {
        let mut lines = Vec::new();
        for (variant, mean) in self.table.means.iter().enumerate() {
            let Some(mean) = mean else { continue };
            let name = self.table.variants.get(variant).map_or("", String::as_str);
            lines.push(self.mean(name, mean));
            if let Some(counts) = words::counts(self.table, variant, self.form == Form::Exact) {
                let mut line = vec![Text::plain("verdicts"), Text::plain("")];
                line.push(Text::plain(&counts).over(usize::MAX));
                lines.push(line);
            }
        }
        lines
    }

    fn mean(&self, variant: &str, mean: &Summary) -> Vec<Text> {
        let shown = mean.shown();
        // The count stands under the estimates, of which a suite has no mean.
        let before_ratio = usize::from(self.n.is_none()) + 1 + usize::from(self.form == Form::Ratios);
        let count = Text::plain(&format!("of {} ratios", mean.benchmarks)).over(before_ratio);
        let mut line = vec![Text::new("geometric mean", Tone::Bold), Text::name(variant), count];
        line.push(Text::new(&units::ratio(shown.ratio()), Tone::Bold));
        if self.form == Form::Ratios {
            line.push(interval_text(shown.ratio(), Some(shown.ratio_ci95())));
        }
        let method = match (shown.dof, shown.method) {
            (None, _) => "",
            (Some(_), SummaryMethod::Satterthwaite) => "interval from each benchmark's spread",
            (Some(_), SummaryMethod::CommonRounds) => "interval from common rounds",
        };
        line.push(Text::new(method, Tone::Dim));
        line
    }
}

pub(super) fn nothing() -> Text {
    Text::new(NOTHING, Tone::Dim)
}

/// An interval of a ratio, with as many decimals as the ratio.
pub(super) fn interval_text(ratio: f64, interval: Option<Interval>) -> Text {
    let Some(interval) = interval else { return nothing() };
    let decimals = units::ratio_decimals(ratio);
    Text::plain(&format!("{}–{}", units::grouped(interval.lo, decimals), units::grouped(interval.hi, decimals)))
}
