//! What a sweep shows, in sentences: where the order of two lines changes, and what was not measured.

use super::super::notes::listing;
use super::super::{harmless, words};
use kymo_lab::analysis::Cell;
use kymo_lab::analysis::sweep::{Axis, Change, Chart, Order, Standing, Swept};

/// The findings of a chart, a line each.
pub fn of(swept: &Swept, chart: &Chart) -> Vec<String> {
    let mut findings: Vec<String> = (0..swept.lines.len()).flat_map(|line| orders(swept, chart, line)).collect();
    findings.extend((0..swept.lines.len()).filter_map(|line| gaps(swept, chart, line)));
    findings.into_iter().map(|finding| harmless::line(&finding).into_owned()).collect()
}

fn orders(swept: &Swept, chart: &Chart, line: usize) -> Vec<String> {
    let base = swept.lines[line].base.map(|base| swept.lines[base].name.as_str());
    let (Some(order), Some(base)) = (&chart.orders[line], base) else { return Vec::new() };
    let said =
        Said { swept, order, name: &swept.lines[line].name, base, words: words::directions(chart.table.metric.unit()) };
    if swept.axis == Axis::Category || order.changes.is_empty() {
        return said.throughout().into_iter().collect();
    }
    order.changes.iter().map(|change| said.change(change)).collect()
}

/// What is said of a line and its base.
struct Said<'a> {
    swept: &'a Swept,
    order: &'a Order,
    name: &'a str,
    base: &'a str,
    /// Words for costing less and costing more.
    words: (&'static str, &'static str),
}

impl Said<'_> {
    /// The order changes: between which values, and what lies between them.
    fn change(&self, change: &Change) -> String {
        let word = |point: usize| match self.order.standings[point] {
            Standing::Less => self.words.0,
            _ => self.words.1,
        };
        let (from, to) = (self.value(change.from), self.value(change.to));
        let mut text = format!(
            "{} crosses {} between {} {from} and {to}: {} at {from}, {} at {to}",
            self.name,
            self.base,
            self.swept.parameter,
            word(change.from),
            word(change.to)
        );
        for (standing, words) in
            [(Standing::Open, "not settled"), (Standing::Same, "the same"), (Standing::Missing, "not compared")]
        {
            let points = change.between.iter().copied().filter(|point| self.order.standings[*point] == standing);
            let points: Vec<&str> = points.map(|point| self.value(point)).collect();
            if !points.is_empty() {
                text.push_str(&format!(", {words} at {}", listing::names(points)));
            }
        }
        text
    }

    /// The order never changes, or there is no order of values: where it is what.
    fn throughout(&self) -> Option<String> {
        let kinds = [
            (Standing::Less, format!("{} than {}", self.words.0, self.base)),
            (Standing::More, format!("{} than {}", self.words.1, self.base)),
            (Standing::Same, format!("the same as {}", self.base)),
            (Standing::Open, format!("not settled against {}", self.base)),
        ];
        let compared = self.order.standings.iter().filter(|one| **one != Standing::Missing).count();
        let mut parts = Vec::new();
        for (standing, words) in kinds {
            let points: Vec<&str> = self
                .order
                .standings
                .iter()
                .enumerate()
                .filter(|(_, one)| **one == standing)
                .map(|(point, _)| self.value(point))
                .collect();
            if points.is_empty() {
                continue;
            }
            if points.len() == compared && compared == self.order.standings.len() {
                return Some(format!("{} is {words} at every {}", self.name, self.swept.parameter));
            }
            parts.push(format!("{words} at {} {}", self.swept.parameter, listing::names(points)));
        }
        (!parts.is_empty()).then(|| format!("{} is {}", self.name, parts.join("; ")))
    }

    fn value(&self, point: usize) -> &str {
        &self.swept.points[point].text
    }
}

/// The points of a line that were not measured, by outcome.
fn gaps(swept: &Swept, chart: &Chart, line: usize) -> Option<String> {
    let mut by_label: Vec<(String, Vec<&str>)> = Vec::new();
    for (row, point) in chart.table.rows.iter().zip(&swept.points) {
        let label = match row.cells.get(line) {
            Some(Cell::Outcome(outcome)) => reason(outcome),
            Some(Cell::Absent) => "no sample".to_owned(),
            Some(Cell::Pending) => "not measured yet".to_owned(),
            _ => continue,
        };
        match by_label.iter_mut().find(|(known, _)| *known == label) {
            Some((_, points)) => points.push(&point.text),
            None => by_label.push((label, vec![&point.text])),
        }
    }
    let said: Vec<String> = by_label
        .into_iter()
        .map(|(label, points)| format!("{} {}: {label}", swept.parameter, listing::names(points)))
        .collect();
    (!said.is_empty()).then(|| format!("{} has no point at {}", swept.lines[line].name, said.join("; ")))
}

/// An outcome with the first line of its reason.
pub fn reason(outcome: &kymo_model::Outcome) -> String {
    match outcome.reason().lines().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("{} ({})", outcome.label(), line.trim()),
        None => outcome.label(),
    }
}
