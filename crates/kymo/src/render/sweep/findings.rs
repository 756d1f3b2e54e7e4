//! What a sweep shows, in sentences: where the order of two lines changes, and what was not measured.

use super::super::harmless;
use super::super::notes::listing;
use kymo_lab::analysis::Cell;
use kymo_lab::analysis::sweep::{Axis, Change, Chart, Order, Standing, Swept};
use kymo_model::{Outcome, Unit};

/// The findings of a chart, a line each.
pub fn of(swept: &Swept, chart: &Chart) -> Vec<String> {
    let mut findings: Vec<String> = (0..swept.lines.len()).flat_map(|line| orders(swept, chart, line)).collect();
    findings.extend((0..swept.lines.len()).filter_map(|line| gaps(swept, chart, line)));
    findings.into_iter().map(|finding| harmless::line(&finding).into_owned()).collect()
}

fn orders(swept: &Swept, chart: &Chart, line: usize) -> Vec<String> {
    let base = swept.lines[line].base.map(|base| swept.lines[base].name.as_str());
    let (Some(order), Some(base)) = (&chart.orders[line], base) else { return Vec::new() };
    let said = Said { swept, order, name: &swept.lines[line].name, base, words: directions(chart.table.metric.unit()) };
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
                return Some(format!("{} is {words} at every value of {}", self.name, self.swept.parameter));
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

/// Words for costing less and costing more, of what costs: bytes and faults are not faster.
fn directions(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Second => ("faster", "slower"),
        Unit::Byte => ("smaller", "larger"),
        Unit::Count | Unit::PerSecond => ("lower", "higher"),
    }
}

/// Lines of a reason that are told: the first often only says what was tried.
const REASON_LINES: usize = 2;

/// An outcome with the start of its reason; the notes and the run document have all of it.
pub fn reason(outcome: &Outcome) -> String {
    let lines = outcome.reason().lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.take(REASON_LINES).collect();
    if lines.is_empty() { outcome.label() } else { format!("{} ({})", outcome.label(), lines.join(" ")) }
}
