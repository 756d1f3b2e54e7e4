//! One chart of the picture: its lines, what they are called, and what they show.

use super::super::super::units;
use super::super::plot::places;
use super::super::scale::{Across, Up};
use super::super::{cost, findings, name};
use super::{MARGIN, WIDTH, escaped, style};
use kymo_lab::analysis::Cell;
use kymo_lab::analysis::sweep::{Axis, Chart, Swept};
use std::fmt::Write;

/// Left edge of the field, behind the labels of costs.
const LEFT: f64 = 100.0;

/// Right edge of the field.
const RIGHT: f64 = WIDTH - MARGIN - 8.0;

/// Height of the field.
const FIELD: f64 = 300.0;

/// From the top of the panel to the field: its name, and what the axis is.
const ABOVE: f64 = 56.0;

/// From the field to the legend: labels and title of the axis.
const BELOW: f64 = 58.0;

/// Height of a line of text.
const LINE: f64 = 19.0;

/// Width of a character, on average; names are measured by it, since a file knows no fonts.
const CHARACTER: f64 = 7.0;

/// Characters of a finding in a line of text.
const FINDING: usize = 108;

/// Space between the frame and the outer points.
const INSET: f64 = 14.0;

/// A chart and where it is.
pub struct Panel<'a> {
    swept: &'a Swept,
    chart: &'a Chart,
    across: Across,
    up: Option<Up>,
    top: f64,
    /// For each line its row and place in the legend.
    legend: Vec<(usize, f64)>,
    findings: Vec<String>,
}

impl<'a> Panel<'a> {
    /// A panel whose upper edge is at `top`.
    pub fn new(swept: &'a Swept, chart: &'a Chart, top: f64) -> Self {
        let findings = findings::of(swept, chart).iter().flat_map(|finding| wrapped(finding, FINDING)).collect();
        let (across, up) = (Across::of(swept), Up::of(chart));
        Self { swept, chart, across, up, top, legend: legend(swept), findings }
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.legend_height() + self.findings.len() as f64 * LINE + ABOVE + FIELD + BELOW + 16.0
    }

    fn legend_height(&self) -> f64 {
        self.legend.last().map_or(0.0, |(row, _)| (row + 1) as f64 * LINE)
    }

    fn field(&self) -> f64 {
        self.top + ABOVE
    }

    fn x(&self, at: f64) -> f64 {
        LEFT + INSET + at * (RIGHT - LEFT - 2.0 * INSET)
    }

    fn y(&self, at: f64) -> f64 {
        self.field() + FIELD - at * FIELD
    }

    /// Writes it.
    pub fn draw(&self, out: &mut String) {
        let title = escaped(&name(self.swept, self.chart));
        text(out, "name", MARGIN, self.top + 20.0, &title);
        self.axes(out);
        for line in 0..self.swept.lines.len() {
            self.line(out, line);
        }
        self.gaps(out);
        self.legend(out);
        let first = self.field() + FIELD + BELOW + self.legend_height() + LINE;
        for (number, finding) in self.findings.iter().enumerate() {
            text(out, "small", MARGIN, first + number as f64 * LINE, &escaped(finding));
        }
    }

    fn axes(&self, out: &mut String) {
        let bottom = self.y(0.0);
        let Some(up) = &self.up else {
            text(out, "small", LEFT, self.field() + FIELD / 2.0, "nothing was measured");
            return;
        };
        let log = if up.log { ", log scale" } else { "" };
        let per = self.swept.per.as_ref().map(|per| format!(" per {}", escaped(per))).unwrap_or_default();
        text(out, "small", MARGIN, self.field() - 12.0, &format!("{}{per}{log}", self.chart.table.metric));
        for tick in &up.ticks {
            let y = self.y(tick.at);
            let _ = writeln!(out, "<path class=\"rule\" d=\"M{LEFT:.1} {y:.1}H{RIGHT:.1}\"/>");
            text(out, "small end", LEFT - 8.0, y + 4.0, &escaped(&tick.label));
        }
        let _ = writeln!(out, "<path class=\"axis\" d=\"M{LEFT:.1} {:.1}V{bottom:.1}H{RIGHT:.1}\"/>", self.field());
        let mut free = f64::MIN;
        let last = self.across.ticks.len().saturating_sub(1);
        let half = |label: &str| label.chars().count() as f64 * CHARACTER / 2.0;
        let last_from = self.across.ticks.last().map_or(f64::MAX, |tick| self.x(tick.at) - half(&tick.label));
        for (number, tick) in self.across.ticks.iter().enumerate() {
            let x = self.x(tick.at);
            let _ = writeln!(out, "<path class=\"axis\" d=\"M{x:.1} {bottom:.1}v5\"/>");
            let (from, to) = (x - half(&tick.label), x + half(&tick.label));
            if from >= free && (number == last || to + CHARACTER <= last_from) {
                text(out, "small middle", x, bottom + 20.0, &escaped(&tick.label));
                free = to + CHARACTER;
            }
        }
        text(out, "middle", (LEFT + RIGHT) / 2.0, bottom + 40.0, &escaped(&self.across.title));
    }

    /// A line with its band; a gap parts it.
    fn line(&self, out: &mut String, line: usize) {
        let Some(up) = &self.up else { return };
        let (fill, stroke, dashes) = (style::fill(line), style::stroke(line), style::dashes(line));
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        let places = places(self.chart, line, &self.across, up);
        let cells: Vec<Option<&Cell>> = self.chart.table.rows.iter().map(|row| row.cells.get(line)).collect();
        let ends = |point: usize| {
            let interval = cost(self.chart, cells[point]?)?.ci95?;
            Some((self.y(up.at(interval.lo)), self.y(up.at(interval.hi))))
        };
        let joined = self.swept.axis != Axis::Category;
        for stretch in stretches(&places).into_iter().filter(|_| joined) {
            let points: Vec<(f64, f64)> = stretch.clone().filter_map(|point| places[point]).collect();
            for pair in stretch.collect::<Vec<_>>().windows(2) {
                if let (Some(a), Some(b)) = (ends(pair[0]), ends(pair[1])) {
                    let (x0, x1) = (self.x(self.across.ticks[pair[0]].at), self.x(self.across.ticks[pair[1]].at));
                    let _ = writeln!(
                        out,
                        "<path class=\"band {fill}\" d=\"M{x0:.1} {:.1}L{x1:.1} {:.1}V{:.1}L{x0:.1} {:.1}Z\"/>",
                        a.0, b.0, b.1, a.1
                    );
                }
            }
            let path: Vec<String> =
                points.iter().map(|(x, y)| format!("{:.1} {:.1}", self.x(*x), self.y(*y))).collect();
            let _ = writeln!(out, "<path class=\"line {stroke}\"{dashes} d=\"M{}\"/>", path.join("L"));
        }
        for (point, place) in places.iter().enumerate() {
            let Some((x, y)) = place.map(|(x, y)| (self.x(x), self.y(y))) else { continue };
            if let Some((lo, hi)) = ends(point) {
                let _ = writeln!(out, "<path class=\"{stroke}\" d=\"M{x:.1} {lo:.1}V{hi:.1}\"/>");
            }
            let said = escaped(&self.said(line, point, cells[point]));
            let _ = writeln!(out, "<path class=\"{fill}\" d=\"{}\"><title>{said}</title></path>", mark(line, x, y));
        }
    }

    /// What a point says: its line, its value, its cost.
    fn said(&self, line: usize, point: usize, cell: Option<&Cell>) -> String {
        let unit = self.chart.table.metric.unit();
        let (name, value) = (&self.swept.lines[line].name, &self.swept.points[point].text);
        let Some(figure) = cell.and_then(|cell| cost(self.chart, cell)) else { return String::new() };
        let interval = figure.ci95.map(|interval| {
            format!(" ({} to {})", units::quantity(interval.lo, unit), units::quantity(interval.hi, unit))
        });
        let cost = units::quantity(figure.value, unit);
        format!("{name}, {} = {value}: {cost}{}", self.swept.parameter, interval.unwrap_or_default())
    }

    /// A cross at the upper edge for each point that was not measured, never a point at zero.
    fn gaps(&self, out: &mut String) {
        for (row, tick) in self.chart.table.rows.iter().zip(&self.across.ticks) {
            let mut level = 0.0;
            for (line, cell) in row.cells.iter().enumerate() {
                let Cell::Outcome(outcome) = cell else { continue };
                let said = format!("{}: {}", self.swept.lines[line].name, findings::reason(outcome));
                cross(out, &style::stroke(line), self.x(tick.at), self.field() + 12.0 + level, &escaped(&said));
                level += 13.0;
            }
        }
    }

    fn has_gaps(&self) -> bool {
        self.chart.table.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Outcome(_)))
    }

    fn legend(&self, out: &mut String) {
        let top = self.field() + FIELD + BELOW;
        for (line, (row, x)) in self.legend.iter().enumerate() {
            let y = top + *row as f64 * LINE;
            let (fill, stroke) = (style::fill(line), style::stroke(line));
            let _ = writeln!(
                out,
                "<path class=\"line {stroke}\" d=\"M{x:.1} {y:.1}h22\"/><path class=\"{fill}\" d=\"{}\"/>",
                mark(line, x + 11.0, y)
            );
            text(out, "", x + 30.0, y + 4.0, &escaped(&self.swept.lines[line].name));
        }
        if self.has_gaps() {
            let y = self.field() - 14.0;
            cross(out, "axis", RIGHT - 100.0, y, "not measured");
            text(out, "small", RIGHT - 88.0, y + 4.0, "not measured");
        }
    }
}

/// Draws a cross that says something, escaped already.
fn cross(out: &mut String, class: &str, x: f64, y: f64, said: &str) {
    let (x, y) = (x - 4.0, y - 4.0);
    let _ =
        writeln!(out, "<path class=\"line {class}\" d=\"M{x:.1} {y:.1}l8 8m0 -8l-8 8\"><title>{said}</title></path>");
}

/// Rows and places of the names, as many in a row as fit.
fn legend(swept: &Swept) -> Vec<(usize, f64)> {
    let (mut row, mut x) = (0, LEFT);
    let place = |line: &kymo_lab::analysis::sweep::Line| {
        let width = 30.0 + line.name.chars().count() as f64 * CHARACTER + 20.0;
        if x > LEFT && x + width > RIGHT {
            (row, x) = (row + 1, LEFT);
        }
        let at = (row, x);
        x += width;
        at
    };
    swept.lines.iter().map(place).collect()
}

/// The stretches of points without a gap.
fn stretches(places: &[Option<(f64, f64)>]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (point, place) in places.iter().chain(&[None]).enumerate() {
        match (place, start) {
            (Some(_), None) => start = Some(point),
            (None, Some(from)) => {
                found.push(from..point);
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// The outline of a line's mark around a place: circle, square, triangle, diamond, triangle upside down.
fn mark(line: usize, x: f64, y: f64) -> String {
    match line % 5 {
        0 => format!("M{:.1} {y:.1}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4.0),
        1 => format!("M{:.1} {:.1}h7v7h-7z", x - 3.5, y - 3.5),
        2 => format!("M{x:.1} {:.1}l4.5 8h-9z", y - 5.0),
        3 => format!("M{x:.1} {:.1}l5 5l-5 5l-5 -5z", y - 5.0),
        _ => format!("M{x:.1} {:.1}l4.5 -8h-9z", y + 5.0),
    }
}

/// Writes a text whose content is escaped already.
fn text(out: &mut String, class: &str, x: f64, y: f64, content: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = writeln!(out, "<text{class} x=\"{x:.1}\" y=\"{y:.1}\">{content}</text>");
}

/// A sentence in lines of at most so many characters, parted at spaces where there are any.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        let mut rest: &str = word;
        loop {
            let last = lines.last_mut().expect("there is a line from the start on");
            let used = last.chars().count();
            if used > 0 && used + 1 + rest.chars().count() > width {
                lines.push(String::new());
                continue;
            }
            if used > 0 {
                last.push(' ');
            }
            match rest.char_indices().nth(width) {
                None => {
                    last.push_str(rest);
                    break;
                }
                Some((at, _)) => {
                    last.push_str(&rest[..at]);
                    rest = &rest[at..];
                }
            }
        }
    }
    lines
}
