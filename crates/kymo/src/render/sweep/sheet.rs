//! The tables of a sweep: a row for each value, columns for each line.

use super::super::grid::{Align, Column, Grid, Style, Text, Tone};
use super::super::units::{self, Scale};
use super::super::{harmless, markdown as marks, words};
use super::{cells, cost};
use kymo_lab::analysis::sweep::{Chart, Swept};
use kymo_lab::analysis::{Cell, Difference, Judged};
use kymo_stats::Verdict;

/// What stands where there is nothing.
const NOTHING: &str = "—";

/// Columns with dynamic headings, and rows.
pub struct Sheet {
    /// The columns, whose own headings are not shown.
    pub columns: Vec<Column>,
    /// The headings, some of them over several columns.
    pub headings: Vec<Text>,
    /// The rows.
    pub rows: Vec<Vec<Text>>,
}

impl Sheet {
    /// The costs, each with its interval.
    pub fn of_values(swept: &Swept, chart: &Chart) -> Self {
        let lines: Vec<usize> = (0..swept.lines.len()).collect();
        let mut sheet = Self::new(swept, &lines, &[(Align::Right, 2), (Align::Right, 1)]);
        let unit = chart.table.metric.unit();
        let values: Vec<f64> = cells(chart).filter_map(|cell| Some(cost(chart, cell)?.value)).collect();
        let scale = Scale::common(&values, unit);
        for (point, row) in chart.table.rows.iter().enumerate() {
            let mut texts = vec![Text::plain(&swept.points[point].text)];
            for cell in &row.cells {
                texts.extend(value_texts(chart, cell, scale));
            }
            sheet.rows.push(texts);
        }
        sheet
    }

    /// The ratios to the base and what they are, in words; `None` where nothing is compared.
    pub fn of_ratios(swept: &Swept, chart: &Chart) -> Option<(String, Self)> {
        let compared = |line: &usize| chart.table.rows.iter().any(|row| ratio_of(row.cells.get(*line)).is_some());
        let lines: Vec<usize> = (0..swept.lines.len()).filter(compared).collect();
        let bases = distinct(lines.iter().filter_map(|line| swept.lines[*line].base));
        let bases: Vec<&str> = bases.iter().map(|base| swept.lines[*base].name.as_str()).collect();
        let [first, others @ ..] = bases.as_slice() else { return None };
        let mut sheet = Self::new(swept, &lines, &[(Align::Right, 2), (Align::Right, 1), (Align::Left, 1)]);
        let mut marks: Vec<&str> = Vec::new();
        for (point, row) in chart.table.rows.iter().enumerate() {
            let mut texts = vec![Text::plain(&swept.points[point].text)];
            for line in &lines {
                let (of_line, mark) = ratio_texts(row.cells.get(*line));
                texts.extend(of_line);
                marks.push(mark);
            }
            sheet.rows.push(texts);
        }
        let base = if others.is_empty() {
            format!("ratio to {first}")
        } else {
            format!("ratio of each to its own base, {}", bases.join(" or "))
        };
        let legend = [(SAME, "the same within the margin"), (OPEN, "not settled")];
        let legend = legend.iter().filter(|(mark, _)| marks.contains(mark));
        let legend: String = legend.map(|(mark, words)| format!("; {mark} {words}")).collect();
        let title = format!("{base}, 95 % interval{legend}");
        Some((harmless::line(&title).into_owned(), sheet))
    }

    /// A sheet for these lines, `of_line` columns each.
    fn new(swept: &Swept, lines: &[usize], of_line: &[(Align, usize)]) -> Self {
        let numbers = swept.points.iter().all(|point| point.place.is_some());
        let align = if numbers { Align::Right } else { Align::Left };
        let mut columns = vec![Column { heading: "", align, gap: 0 }];
        let mut headings = vec![Text::name(&swept.parameter)];
        for line in lines {
            let first = columns.len();
            columns.extend(of_line.iter().map(|(align, gap)| Column { heading: "", align: *align, gap: *gap }));
            columns[first].gap += 1;
            headings.push(Text::name(&swept.lines[*line].name).over(of_line.len()));
        }
        Self { columns, headings, rows: Vec::new() }
    }

    /// For a terminal.
    pub fn text(self, style: Style) -> String {
        let mut grid = Grid::headed(self.columns, self.headings);
        for row in self.rows {
            grid.row(row);
        }
        grid.render(style)
    }

    /// For Markdown.
    pub fn markdown(self) -> String {
        let mut out = String::new();
        let headings = marks::spread(&self.headings, &self.columns);
        let rules = self.columns.iter().map(|column| if column.align == Align::Right { "---:" } else { ":---" });
        marks::line_into(&mut out, headings.iter().map(String::as_str));
        marks::line_into(&mut out, rules);
        for row in &self.rows {
            let texts = marks::spread(row, &self.columns);
            marks::line_into(&mut out, texts.iter().map(String::as_str));
        }
        out
    }
}

/// The texts of a cost: the figure and its interval, or why there is none.
fn value_texts(chart: &Chart, cell: &Cell, scale: Option<Scale>) -> Vec<Text> {
    let instead = |text: &str, tone| vec![Text::new(text, tone).over(2)];
    match cell {
        Cell::Outcome(outcome) => instead(&outcome.label(), words::tone_of(outcome)),
        Cell::Absent => instead("absent", Tone::Dim),
        Cell::Pending => instead("not measured yet", Tone::Dim),
        Cell::Measured { .. } => {
            let Some(figure) = cost(chart, cell) else { return instead(NOTHING, Tone::Dim) };
            let unit = chart.table.metric.unit();
            let value = scale.map_or_else(|| units::quantity(figure.value, unit), |scale| scale.show(figure.value));
            let half = figure.ci95.map(|interval| units::plus_minus((interval.hi / interval.lo).sqrt() - 1.0));
            let half = half.map_or_else(|| Text::new("", Tone::Dim), |half| Text::new(&half, Tone::Dim));
            vec![Text::plain(&value), half]
        }
    }
}

/// What marks a ratio that lies within the margin.
const SAME: &str = "=";

/// What marks a ratio of which nothing was shown.
const OPEN: &str = "~";

/// The comparison in a cell, if it is one by ratios.
fn ratio_of(cell: Option<&Cell>) -> Option<&Judged> {
    cell?.judged().filter(|judged| matches!(judged.difference, Difference::Ratio(_)))
}

/// The texts of a ratio: the figure, its interval, its mark; and the mark again.
fn ratio_texts(cell: Option<&Cell>) -> (Vec<Text>, &'static str) {
    let judged = ratio_of(cell);
    let (Some(judged), Some(Difference::Ratio(comparison))) = (judged, judged.map(|judged| &judged.difference)) else {
        return (vec![Text::new(NOTHING, Tone::Dim), Text::plain(""), Text::plain("")], "");
    };
    let (tone, mark) = match judged.verdict {
        Some(Verdict::Faster) => (Tone::Green, ""),
        Some(Verdict::Slower) => (Tone::Red, ""),
        Some(Verdict::Same { .. }) => (Tone::Plain, SAME),
        _ => (Tone::Yellow, OPEN),
    };
    let half = comparison.half_width().map(|half| units::plus_minus(half.exp_m1())).unwrap_or_default();
    let ratio = Text::new(&units::ratio(comparison.ratio()), tone);
    (vec![ratio, Text::new(&half, Tone::Dim), Text::new(mark, tone)], mark)
}

fn distinct(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut seen = Vec::new();
    for number in numbers {
        if !seen.contains(&number) {
            seen.push(number);
        }
    }
    seen
}
